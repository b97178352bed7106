import { createParser } from 'eventsource-parser';
import { type SequencedEvent, parseRunEvent } from './run-event.ts';
import { SluiceError } from './sluice-error.ts';

/** What a decoder keeps of an unfinished frame, in characters; a stream that goes beyond is refused. */
const MAX_FRAME_LENGTH = 16 * 1024 * 1024;

/**
 * @param json one event as JSON; JSON has no raw CR or LF, so it is one `data` line
 * @returns the SSE frame, `id` first (WHATWG HTML, server-sent events)
 */
export function encodeSseFrame(seq: number, json: string): string {
  return `id: ${seq}\ndata: ${json}\n\n`;
}

/** A comment line; parsers ignore it, proxies and idle timers see life. */
export const SSE_HEARTBEAT = ': ping\n\n';

export interface SseDecoder {
  /** @returns the events that became whole with these bytes; comments and unknown types are left out */
  decode(bytes: Uint8Array): SequencedEvent[];
}

/** One decoder per response: it carries what is left of a frame, or of a UTF-8 character, to the next bytes. */
export function createSseDecoder(): SseDecoder {
  const text = new TextDecoder();
  let ready: SequencedEvent[] = [];
  const parser = createParser({
    maxBufferSize: MAX_FRAME_LENGTH,
    onEvent({ id, data }) {
      const event = parseRunEvent(JSON.parse(data));
      if (event !== undefined) ready.push({ seq: Number(id), event });
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') {
        throw new SluiceError('upstream_too_large', {}, { cause: error });
      }
    },
  });
  return {
    decode(bytes) {
      parser.feed(text.decode(bytes, { stream: true }));
      const events = ready;
      ready = [];
      return events;
    },
  };
}
