import type { LoggedEvent } from './event-log.ts';

/** A batch goes to the socket in one write, so it is most of what one stream has in flight (at most 256 KiB). */
const MAX_BATCH_LENGTH = 32 * 1024;
/** What an event costs beside its text while its run goes on: a string's header and its slot. */
const EVENT_OVERHEAD_BYTES = 32;

/** An ended run's events, a line each: two objects the garbage collector need not look into, instead of thousands. */
interface Packed {
  lines: Buffer;
  /** Where each event begins; one more for the end. */
  offsets: Uint32Array;
}

/** The events of one run, by seq. */
export class EventList {
  #jsons: string[] = [];
  #packed: Packed | undefined;
  #lastSeq = 0;
  #bytes = 0;

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Memory it takes, about. */
  get bytes(): number {
    return this.#bytes;
  }

  append(json: string): void {
    this.#jsons.push(json);
    this.#lastSeq += 1;
    this.#bytes += json.length + EVENT_OVERHEAD_BYTES;
  }

  /** Nothing is appended after this. */
  pack(): void {
    const offsets = new Uint32Array(this.#lastSeq + 1);
    // JSON has no raw line feed, so each event is one line.
    const lines = Buffer.from(`${this.#jsons.join('\n')}\n`);
    for (let seq = 1; seq <= this.#lastSeq; seq += 1) {
      offsets[seq] = lines.indexOf(0x0a, offsets[seq - 1]) + 1;
    }
    this.#packed = { lines, offsets };
    this.#jsons = [];
    this.#bytes = lines.byteLength + offsets.byteLength;
  }

  /** @returns events after a seq and up to another, at least one if there is one, up to the length of a batch */
  batchAfter(after: number, upTo = this.#lastSeq): LoggedEvent[] {
    const range = { after, upTo };
    if (after >= upTo) return [];
    return this.#packed === undefined ? takeStrings(this.#jsons, range) : takeLines(this.#packed, range);
  }
}

interface Range {
  after: number;
  upTo: number;
}

function takeStrings(jsons: readonly string[], { after, upTo }: Range): LoggedEvent[] {
  const batch: LoggedEvent[] = [];
  let length = 0;
  for (let seq = after + 1; seq <= upTo; seq += 1) {
    const json = jsons[seq - 1] ?? '';
    length += json.length;
    if (length > MAX_BATCH_LENGTH && batch.length > 0) break;
    batch.push({ seq, json });
  }
  return batch;
}

function takeLines({ lines, offsets }: Packed, { after, upTo }: Range): LoggedEvent[] {
  const start = offsets[after] ?? lines.length;
  let last = after + 1;
  while (last < upTo && (offsets[last + 1] ?? Infinity) - start <= MAX_BATCH_LENGTH) last += 1;
  const text = lines.toString('utf8', start, (offsets[last] ?? lines.length) - 1);
  return text.split('\n').map((json, index) => ({ seq: after + index + 1, json }));
}
