import { SSE_HEARTBEAT, encodeSseFrame } from '@sluice/shared';
import type { Encoder } from './encoder.ts';

/** Sluice's own stream: the event's JSON as it lies in the log, in an SSE frame. */
export const sseEncoder: Encoder = {
  headers: {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // no-transform keeps compressing proxies from holding frames back.
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    // Connection is Node's to say: keep-alive to those who asked for it, and close to a proxy that asked for that.
  },
  heartbeat: SSE_HEARTBEAT,
  encode(events) {
    let frames = '';
    for (const { seq, json } of events) frames += encodeSseFrame(seq, json);
    return frames;
  },
};
