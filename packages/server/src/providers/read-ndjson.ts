// In: the bytes of a stream of JSON lines, cut anywhere. Out: its lines, blank ones left out. Never: more than 8 MiB of one line.
import { SluiceError } from '@sluice/shared';
import type { SseEvent } from './read-sse.ts';
import type { Framing } from './stream-answer.ts';

const MAX_LINE_BYTES = 8 * 1024 * 1024;
const LF = 0x0a;

/**
 * One reader per response; each line is an event without a name. Only whole lines are decoded: a line end is never inside a UTF-8
 * character, and bytes that wait for their line end are joined once, however many pieces they came in.
 */
export class NdjsonReader implements Framing {
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  /**
   * @returns the lines that became whole with these bytes
   * @throws {SluiceError} `upstream_too_large`
   */
  push(chunk: Buffer): SseEvent[] {
    const end = chunk.lastIndexOf(LF) + 1;
    const lines = end === 0 ? '' : this.#take(chunk.subarray(0, end));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return eventsOf(lines);
  }

  /** @returns the last line where the stream ended without its line end, but only if it is surely whole, which is to say JSON */
  end(): SseEvent[] {
    return eventsOf(this.#take(Buffer.alloc(0))).filter(({ data }) => isJson(data));
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes <= MAX_LINE_BYTES) return;
    throw new SluiceError('upstream_too_large', { detail: 'One line of the upstream is larger than 8 MiB' });
  }

  #take(last: Buffer): string {
    const bytes = this.#pieceBytes === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#pieceBytes = 0;
    return bytes.toString();
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
