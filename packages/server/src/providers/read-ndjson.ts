// In: the bytes of a stream of JSON lines, cut anywhere. Out: its lines, blank ones left out. Never: more than 8 MiB of one line.
import { PartialLine } from './partial-line.ts';
import type { SseEvent } from './read-sse.ts';
import type { Framing } from './stream-answer.ts';

const LF = 0x0a;

/**
 * One reader per response; each line is an event without a name. Only whole lines are decoded: a line end is never inside a UTF-8
 * character, so no decoder has to carry state.
 */
export class NdjsonReader implements Framing {
  readonly #rest = new PartialLine();

  /**
   * @returns the lines that became whole with these bytes
   * @throws {SluiceError} `upstream_too_large`
   */
  push(chunk: Buffer): SseEvent[] {
    const end = chunk.lastIndexOf(LF) + 1;
    const lines = end === 0 ? '' : this.#rest.take(chunk.subarray(0, end)).toString();
    if (end < chunk.length) this.#rest.keep(chunk.subarray(end));
    return eventsOf(lines);
  }

  /** @returns the last line where the stream ended without its line end, but only if it is surely whole, which is to say JSON */
  end(): SseEvent[] {
    return eventsOf(this.#rest.take(Buffer.alloc(0)).toString()).filter(({ data }) => isJson(data));
  }
}

function eventsOf(lines: string): SseEvent[] {
  return lines
    .split('\n')
    .map((line) => ({ event: '', data: line.trim() }))
    .filter(({ data }) => data !== '');
}

function isJson(data: string): boolean {
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}
