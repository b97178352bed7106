import { type RunEvent, SluiceError } from '@sluice/shared';
import { EventList } from './event-list.ts';
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

interface Entry {
  readonly events: EventList;
  /** One callback per follower that is reading; called after each append. */
  readonly followers: Set<() => void>;
  hasEnded: boolean;
  expiry?: NodeJS.Timeout;
}

/** Small, and always taken. */
const endings: ReadonlySet<RunEvent['type']> = new Set(['finish', 'error', 'run-end']);

/** The event log of a single process. */
export class MemoryEventLog implements EventLog, Disposable {
  readonly #options: Required<MemoryEventLogOptions>;
  /** In the order in which the runs began; ended ones are evicted from the front. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #endedCount = 0;

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
    const entry: Entry = { events: new EventList(), followers: new Set(), hasEnded: false };
    this.#entries.set(runId, entry);
    return {
      append: (events) => this.#append(runId, entry, events),
      [Symbol.dispose]: () => {
        if (entry.events.lastSeq === 0) this.#entries.delete(runId);
      },
    };
  }

  async *read(runId: string, options: ReadOptions): AsyncGenerator<readonly LoggedEvent[], void, undefined> {
    const entry = this.#entries.get(runId);
    if (entry === undefined) throw new SluiceError('run_expired');
    let cursor = options.after;
    if (cursor > entry.events.lastSeq)
      throw new SluiceError('invalid_cursor', { detail: 'after lies beyond the log' });
    let wake: (() => void) | undefined;
    const onChange = () => wake?.();
    entry.followers.add(onChange);
    options.signal.addEventListener('abort', onChange);
    try {
      for (;;) {
        if (options.signal.aborted) {
          if (options.signal.reason instanceof SluiceError) throw options.signal.reason;
          return;
        }
        if (cursor < entry.events.lastSeq) {
          const batch = entry.events.batchAfter(cursor);
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
    return entry && { lastSeq: entry.events.lastSeq, hasEnded: entry.hasEnded };
  }

  drop(runId: string): void {
    const entry = this.#entries.get(runId);
    if (entry?.hasEnded === true) this.#drop(runId, entry);
  }

  [Symbol.dispose](): void {
    for (const entry of this.#entries.values()) clearTimeout(entry.expiry);
    this.#entries.clear();
  }

  #append(runId: string, entry: Entry, events: readonly RunEvent[]): void {
    if (entry.hasEnded) throw new Error(`run ${runId} has ended; nothing can follow run-end`);
    const jsons = events.map((event) => JSON.stringify(event));
    const isLast = events.some(({ type }) => type === 'run-end');
    if (events.some(({ type }) => !endings.has(type))) this.#refuseOverflow(entry, jsons);
    const bytesBefore = entry.events.bytes;
    for (const json of jsons) entry.events.append(json);
    entry.hasEnded = isLast;
    if (isLast) this.#keep(runId, entry);
    this.#bytes += entry.events.bytes - bytesBefore;
    this.#makeRoom();
    this.#wake(entry);
  }

  #wake(entry: Entry): void {
    for (const onChange of entry.followers) onChange();
  }

  #refuseOverflow({ events }: Entry, jsons: readonly string[]): void {
    const { maxRunBytes, maxRunEvents } = this.#options;
    let bytes = events.bytes;
    for (const json of jsons) bytes += json.length;
    if (bytes > maxRunBytes || events.lastSeq + jsons.length > maxRunEvents)
      throw new SluiceError('output_too_large');
  }

  /** For those who come back, or come late. */
  #keep(runId: string, entry: Entry): void {
    entry.events.pack();
    this.#endedCount += 1;
    entry.expiry = setTimeout(() => this.#drop(runId, entry), this.#options.keepEndedMs);
    entry.expiry.unref();
  }

  #makeRoom(): void {
    if (this.#bytes < this.#options.maxBytes || this.#endedCount === 0) return;
    for (const [runId, entry] of this.#entries) {
      if (!entry.hasEnded) continue;
      this.#drop(runId, entry);
      if (this.#bytes < this.#options.maxBytes) return;
    }
  }

  /** An ended one. Followers that still read it keep it alive for themselves, and are given the rest. */
  #drop(runId: string, entry: Entry): void {
    clearTimeout(entry.expiry);
    this.#entries.delete(runId);
    this.#bytes -= entry.events.bytes;
    this.#endedCount -= 1;
  }
}
