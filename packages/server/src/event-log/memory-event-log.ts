import { type RunEvent, SluiceError } from '@sluice/shared';
import type { EventLog, LoggedEvent, ReadOptions, RunLog } from './event-log.ts';

export interface MemoryEventLogOptions {
  /** Bytes of all logs together; the oldest ended ones go first. Running ones are never cut for it: no new ones begin. */
  maxBytes: number;
  /** Bytes of one run. */
  maxRunBytes?: number;
  maxRunEvents?: number;
  /** How long a log outlives its run. */
  keepEndedMs?: number;
}

/** What an event costs beside its text: two objects and their slots. */
const EVENT_OVERHEAD_BYTES = 64;
/** A batch goes to the socket in one write, so it is part of what one stream may queue (256 KiB). */
const MAX_BATCH_LENGTH = 64 * 1024;

interface Entry {
  readonly events: LoggedEvent[];
  /** One callback per follower that is reading; called after each append. */
  readonly followers: Set<() => void>;
  bytes: number;
  hasEnded: boolean;
  expiry?: NodeJS.Timeout;
}

/** The event log of a single process. The log's unit is a string: V8 keeps ASCII in one byte a character, and encoders wrap it as it is. */
export class MemoryEventLog implements EventLog, Disposable {
  readonly #options: Required<MemoryEventLogOptions>;
  /** In the order in which the runs began; ended ones are evicted from the front. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: MemoryEventLogOptions) {
    this.#options = {
      maxRunBytes: 16 * 1024 * 1024,
      maxRunEvents: 500_000,
      keepEndedMs: 5 * 60_000,
      ...options,
    };
  }

  open(runId: string): RunLog {
    this.#makeRoom();
    if (this.#bytes >= this.#options.maxBytes) {
      throw new SluiceError('unavailable', {
        detail: 'All memory for running answers is in use',
        retryAfterMs: 5000,
      });
    }
    const entry: Entry = { events: [], followers: new Set(), bytes: 0, hasEnded: false };
    this.#entries.set(runId, entry);
    return { append: (events) => this.#append(runId, entry, events) };
  }

  async *read(runId: string, options: ReadOptions): AsyncGenerator<readonly LoggedEvent[], void, undefined> {
    const entry = this.#entries.get(runId);
    if (entry === undefined) throw new SluiceError('run_expired');
    let cursor = options.after;
    if (cursor > entry.events.length)
      throw new SluiceError('invalid_cursor', { detail: 'after lies beyond the log' });
    let wake: (() => void) | undefined;
    const onChange = () => wake?.();
    entry.followers.add(onChange);
    options.signal.addEventListener('abort', onChange);
    try {
      while (!options.signal.aborted) {
        if (cursor < entry.events.length) {
          const batch = takeBatch(entry.events, cursor);
          cursor += batch.length;
          yield batch;
        } else if (entry.hasEnded) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      entry.followers.delete(onChange);
      options.signal.removeEventListener('abort', onChange);
    }
  }

  position(runId: string) {
    const entry = this.#entries.get(runId);
    return entry && { lastSeq: entry.events.length, hasEnded: entry.hasEnded };
  }

  [Symbol.dispose](): void {
    for (const entry of this.#entries.values()) clearTimeout(entry.expiry);
    this.#entries.clear();
  }

  #append(runId: string, entry: Entry, events: readonly RunEvent[]): void {
    if (entry.hasEnded) throw new Error(`run ${runId} has ended; nothing can follow run-end`);
    for (const event of events) {
      const json = JSON.stringify(event);
      const bytes = json.length + EVENT_OVERHEAD_BYTES;
      if (this.#isFull(entry, bytes) && event.type !== 'error' && event.type !== 'run-end') {
        this.#wake(entry);
        throw new SluiceError('output_too_large');
      }
      entry.events.push({ seq: entry.events.length + 1, json });
      entry.bytes += bytes;
      this.#bytes += bytes;
      if (event.type === 'run-end') this.#end(runId, entry);
    }
    this.#makeRoom();
    this.#wake(entry);
  }

  #wake(entry: Entry): void {
    for (const onChange of entry.followers) onChange();
  }

  #isFull(entry: Entry, bytes: number): boolean {
    return (
      entry.bytes + bytes > this.#options.maxRunBytes || entry.events.length >= this.#options.maxRunEvents
    );
  }

  #end(runId: string, entry: Entry): void {
    entry.hasEnded = true;
    entry.expiry = setTimeout(() => this.#drop(runId, entry), this.#options.keepEndedMs);
    entry.expiry.unref();
  }

  #makeRoom(): void {
    if (this.#bytes < this.#options.maxBytes) return;
    for (const [runId, entry] of this.#entries) {
      if (!entry.hasEnded) continue;
      this.#drop(runId, entry);
      if (this.#bytes < this.#options.maxBytes) return;
    }
  }

  /** Followers that still read the entry keep it alive for themselves, and are given the rest of it. */
  #drop(runId: string, entry: Entry): void {
    clearTimeout(entry.expiry);
    this.#entries.delete(runId);
    this.#bytes -= entry.bytes;
  }
}

/** @returns events from `start` on, at least one, up to the batch's length */
function takeBatch(events: readonly LoggedEvent[], start: number): LoggedEvent[] {
  let end = start;
  let length = 0;
  for (let event = events[end]; event !== undefined; event = events[end]) {
    length += event.json.length;
    if (length > MAX_BATCH_LENGTH && end > start) break;
    end += 1;
  }
  return events.slice(start, end);
}
