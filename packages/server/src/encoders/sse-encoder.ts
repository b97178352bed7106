import { SSE_HEARTBEAT, encodeSseFrame } from '@sluice/shared';
import type { Encoder } from './encoder.ts';
import { escapeLineEnds } from './escape-line-ends.ts';
import { eventStreamHeaders } from './event-stream-headers.ts';

/** Sluice's own stream: the event's JSON as it lies in the log, in an SSE frame. */
export const sseEncoder: Encoder = {
  headers: eventStreamHeaders,
  heartbeat: SSE_HEARTBEAT,
  encode(events) {
    let frames = '';
    for (const { seq, json } of events) frames += encodeSseFrame(seq, json);
    return escapeLineEnds(frames);
  },
};
