import { type RunEvent, SluiceError } from '@sluice/shared';
import { EventList } from './event-list.ts';
import type { LogPosition, LoggedEvent, ReadOptions } from './event-log.ts';

/** The events of one run in this process's memory, and who follows them here: shown what they may be, and no more. */
export class LocalLog {
  readonly #events = new EventList();
  /** One callback per follower that is reading; called when there is more to see. */
  readonly #followers = new Set<() => void>();
  #shownSeq = 0;
  #isComplete = false;
  #failure: SluiceError | undefined;

  /** Of all that was appended. */
  get lastSeq(): number {
    return this.#events.lastSeq;
  }

  /** Whether `run-end` was appended. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Memory it takes, about. */
  get bytes(): number {
    return this.#events.bytes;
  }

  /** What followers may see. */
  get position(): LogPosition {
    return { lastSeq: this.#shownSeq, hasEnded: this.#isComplete && this.#shownSeq === this.lastSeq };
  }

  /** Adds events that nobody is shown yet. */
  append(jsons: readonly string[], isLast: boolean): void {
    for (const json of jsons) this.#events.append(json);
    this.#isComplete = isLast;
    if (isLast) this.#events.pack();
  }

  /** Lets followers see the events up to this one. */
  show(seq: number): void {
    if (seq <= this.#shownSeq) return;
    this.#shownSeq = seq;
    this.#wake();
  }

  /** Ends what all followers read, with an error. */
  cut(failure: SluiceError): void {
    this.#failure = failure;
    this.#wake();
  }

  /** @returns events after a seq, shown or not: at least one if there is one, up to the length of a batch */
  batchAfter(after: number): LoggedEvent[] {
    return this.#events.batchAfter(after, this.lastSeq);
  }

  /** As `EventLog.read`. */
  async *read({ after, signal }: ReadOptions): AsyncGenerator<readonly LoggedEvent[], void, undefined> {
    let cursor = after;
    if (cursor > this.#shownSeq) {
      throw new SluiceError('invalid_cursor', { detail: 'after lies beyond the log' });
    }
    let wake: (() => void) | undefined;
    const onChange = () => wake?.();
    this.#followers.add(onChange);
    signal.addEventListener('abort', onChange);
    try {
      for (;;) {
        if (signal.aborted) {
          if (signal.reason instanceof SluiceError) throw signal.reason;
          return;
        }
        if (this.#failure !== undefined) throw this.#failure;
        if (cursor < this.#shownSeq) {
          const batch = this.#events.batchAfter(cursor, this.#shownSeq);
          cursor += batch.length;
          yield batch;
        } else if (this.position.hasEnded) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.#followers.delete(onChange);
      signal.removeEventListener('abort', onChange);
    }
  }

  #wake(): void {
    for (const onChange of this.#followers) onChange();
  }
}

/** Small, and always taken. */
const endings: ReadonlySet<RunEvent['type']> = new Set(['finish', 'error', 'run-end']);

/** Whether events may be refused for their size. */
export function isBounded(events: readonly RunEvent[]): boolean {
  return events.some(({ type }) => !endings.has(type));
}
