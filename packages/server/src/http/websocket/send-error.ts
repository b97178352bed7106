import { SluiceError } from '@sluice/shared';
import { encodeErrorFrame } from '../../encoders/websocket-frames.ts';
import type { Logger } from '../../observability/logger.ts';
import type { FrameSocket } from '../../transport/frame-socket.ts';

/** Tells a client what was refused, or cut; what is ours to mend is logged, and its text kept here. */
export function sendError(
  { socket, logger }: { socket: FrameSocket; logger: Logger },
  thrown: unknown,
  context: { id: string | undefined; requestId: string },
): void {
  const isKnown = thrown instanceof SluiceError && thrown.code !== 'internal';
  if (!isKnown) {
    logger.error({ requestId: context.requestId, err: thrown }, 'a message over a WebSocket failed');
  }
  socket.send(encodeErrorFrame(isKnown ? thrown : new SluiceError('internal'), context));
}
