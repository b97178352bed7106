// In: the bytes of an event stream, cut anywhere. Out: its events, by the rules of the WHATWG's "event stream interpretation"
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream). Never: more than 8 MiB of one event.
import { SluiceError } from '@sluice/shared';
import { PartialLine } from './partial-line.ts';

const MAX_EVENT_BYTES = 8 * 1024 * 1024;
/** Of data in one event: each costs more memory than it has bytes. */
const MAX_EVENT_LINES = 65_536;
const LF = 0x0a;
const CR = 0x0d;

export interface SseEvent {
  /** The `event:` field; empty where there was none. */
  event: string;
  data: string;
}

/**
 * One reader per response. `id` and `retry` mean nothing to a relay and are dropped.
 *
 * Only whole lines are decoded: a line end is never inside a UTF-8 character, so no decoder has to carry state.
 */
export class SseReader {
  readonly #rest = new PartialLine();
  #isFirstLine = true;
  #hasCarriageReturn = false;
  #event = '';
  #data: string | undefined;
  #dataLines = 0;

  /**
   * @returns the events that became whole with these bytes; comments alone give none
   * @throws {SluiceError} `upstream_too_large`
   */
  push(chunk: Buffer): SseEvent[] {
    // The LF of a CRLF whose CR ended the last chunk.
    const rest = this.#hasCarriageReturn && chunk[0] === LF ? chunk.subarray(1) : chunk;
    if (rest.length === 0) {
      this.#hasCarriageReturn &&= chunk.length === 0;
      return [];
    }
    this.#hasCarriageReturn = rest[rest.length - 1] === CR;
    const end = Math.max(rest.lastIndexOf(LF), rest.lastIndexOf(CR)) + 1;
    if (end === 0) {
      this.#rest.keep(rest);
      return [];
    }
    const lines = this.#decode(rest, end);
    if (end < rest.length) this.#rest.keep(rest.subarray(end));
    return this.#readLines(lines.includes('\r') ? lines.replace(/\r\n?/g, '\n') : lines);
  }

  /**
   * @returns the last event where the stream ended without its blank line, but only if it is surely whole: `[DONE]`, or JSON. The
   * standard drops it; some upstreams leave the blank line out.
   */
  end(): SseEvent[] {
    const event = this.#readLines(`${this.#decode(Buffer.alloc(0), 0)}\n\n`)[0];
    return event !== undefined && isWhole(event.data) ? [event] : [];
  }

  #decode(bytes: Buffer, end: number): string {
    let text = this.#rest.take(end === bytes.length ? bytes : bytes.subarray(0, end)).toString();
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      if (text.startsWith('\ufeff')) text = text.slice(1);
    }
    return text;
  }

  #readLines(lines: string): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    for (let end = lines.indexOf('\n'); end !== -1; end = lines.indexOf('\n', start)) {
      if (end > start) this.#readField(lines, start, end);
      else if (this.#data !== undefined) {
        events.push({ event: this.#event, data: this.#data });
        this.#data = undefined;
        this.#event = '';
      } else this.#event = '';
      start = end + 1;
    }
    return events;
  }

  #readField(lines: string, start: number, end: number): void {
    if (lines.startsWith('data', start)) {
      const value = valueAfter(lines, start + 4, end);
      if (value === undefined) return;
      this.#dataLines = this.#data === undefined ? 1 : this.#dataLines + 1;
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
      if (this.#data.length > MAX_EVENT_BYTES || this.#dataLines > MAX_EVENT_LINES) throw tooLarge();
    } else if (lines.startsWith('event', start)) {
      this.#event = valueAfter(lines, start + 5, end) ?? this.#event;
    }
  }
}

/** @returns the value of the field whose name ends at `at`; `undefined` where the name goes on, as in `database:` */
function valueAfter(lines: string, at: number, end: number): string | undefined {
  if (at === end) return '';
  if (lines[at] !== ':') return undefined;
  return lines.slice(lines[at + 1] === ' ' ? at + 2 : at + 1, end);
}

function isWhole(data: string): boolean {
  if (data === '[DONE]') return true;
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}

function tooLarge(): SluiceError {
  return new SluiceError('upstream_too_large', { detail: 'One event of the upstream is larger than 8 MiB' });
}
