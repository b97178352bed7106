import { type RunEvent, parseRunEvent } from '@sluice/shared';
import { type FrameContext, encodeEventFrame } from '../../encoders/websocket-frames.ts';
import type { FrameSocket } from '../../transport/frame-socket.ts';

/**
 * Sends what a run says, as its reader takes it: while the socket is full nothing is pulled, so what waits for a slow reader stays in
 * the log.
 * @returns the frames of its end, an error, if it was one, and `done`, which are still to be sent; none of a run whose reader has left
 */
export async function sendRunFrames(
  socket: FrameSocket,
  events: AsyncIterable<readonly { seq: number; json: string }[]>,
  context: FrameContext,
): Promise<readonly string[]> {
  const last: string[] = [];
  for await (const batch of events) {
    // Other runs share the socket.
    if (!(await socket.ready())) return [];
    for (const { seq, json } of batch) {
      const event = parseRunEvent(JSON.parse(json));
      // Of a newer server.
      if (event === undefined) continue;
      const frame = encodeEventFrame(event, { ...context, seq });
      if (isOfEnd(event)) last.push(frame);
      else socket.send(frame);
    }
    await socket.ready();
  }
  return last;
}

function isOfEnd({ type }: RunEvent): boolean {
  return type === 'error' || type === 'run-end';
}
