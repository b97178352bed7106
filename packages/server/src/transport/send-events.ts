import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EncodableEvent, Encoder } from '../encoders/encoder.ts';
import { startHeartbeat } from './start-heartbeat.ts';
import { waitForDrain } from './wait-for-drain.ts';

export interface SendOptions {
  heartbeatMs: number;
  /** How long a reader may take nothing before it is dropped. */
  stuckReaderMs?: number;
}

/**
 * The one place that writes to a stream's socket: headers at once, then one write per batch. While the socket is full nothing is
 * pulled, so what waits for a slow reader stays in the log. Ends the response after the last event; a failure, an encoder that
 * wants a cut, or a reader that has stopped reading, destroys the socket, so that a cut stream cannot look whole.
 */
export async function sendEvents(
  res: ServerResponse,
  events: AsyncIterable<readonly EncodableEvent[]>,
  options: SendOptions & { encoder: Encoder },
): Promise<void> {
  const { encoder, heartbeatMs, stuckReaderMs = 30_000 } = options;
  res.writeHead(200, encoder.headers);
  res.flushHeaders();
  using heartbeat = startHeartbeat(heartbeatMs, () => {
    if (encoder.heartbeat !== undefined && !res.writableNeedDrain) res.write(encoder.heartbeat);
  });
  try {
    for await (const batch of events) {
      if (res.destroyed) return;
      const frames = encoder.encode(batch);
      if (frames === '') continue;
      const isTaken = res.write(frames);
      heartbeat.postpone();
      if (!isTaken) await waitForDrain(res, stuckReaderMs);
    }
    if (encoder.isCut === true) await cut(res, stuckReaderMs);
    else res.end();
  } catch (error) {
    await cut(res, stuckReaderMs);
    throw error;
  }
}

/** Closes the connection without the end of the body, once what was written has left, or has had its time to. */
async function cut(res: ServerResponse, deadlineMs: number): Promise<void> {
  if (res.destroyed) return;
  const closed = once(res, 'close');
  const deadline = setTimeout(() => res.destroy(), deadlineMs);
  res.write('', () => {
    // Where the body ends with the connection, as in HTTP/1.0, closing is an end like any other; a reset is none.
    if (res.req.httpVersion === '1.0') res.socket?.resetAndDestroy();
    else res.destroy();
  });
  await closed;
  clearTimeout(deadline);
}
