import { SluiceError } from '@sluice/shared';
import type { LogPosition } from './event-log.ts';
import type { Appended, Batch, LogStore, ReadBatch } from './log-store.ts';

interface Entry extends Batch {
  writer: string;
  isDropped?: boolean;
}

/** A log store in memory that does what Redis may do: lose an answer, everything, or its way for a time. */
export class FaultyLogStore implements LogStore {
  readonly #logs = new Map<string, Entry[]>();
  readonly #watchers = new Map<string, Set<(batch: Batch) => void>>();
  readonly #recovered: (() => void)[] = [];
  #isAvailable = true;
  /** What each call waits for. */
  beforeAnswer: () => Promise<void> = async () => {};
  /** Of the next calls: done, but not answered. */
  losesAnswers = 0;
  /** Whether news of a batch is told. */
  tells = true;

  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  set isAvailable(isAvailable: boolean) {
    const isBack = isAvailable && !this.#isAvailable;
    this.#isAvailable = isAvailable;
    if (isBack) for (const recovered of this.#recovered) recovered();
  }

  forgetAll(): void {
    this.#logs.clear();
  }

  async append(runId: string, writer: string, batch: Batch): Promise<Appended> {
    return this.#ask(() => {
      const last = this.#last(runId);
      const lastSeq = last?.seq ?? 0;
      if (last !== undefined && last.writer !== writer) return { isTaken: false };
      if (last?.isLast === true) {
        const isThis = lastSeq === batch.after + batch.jsons.length && !last.isDropped;
        return isThis ? { isTaken: true, lastSeq } : { isTaken: false };
      }
      if (lastSeq !== batch.after) return { isTaken: true, lastSeq };
      this.#push(runId, { ...batch, writer });
      if (this.tells) for (const tell of this.#watchers.get(runId) ?? []) tell(batch);
      return { isTaken: true, lastSeq: batch.after + batch.jsons.length };
    });
  }

  async takeOver(runId: string, writer: string): Promise<LogPosition> {
    return this.#ask(() => {
      const last = this.#last(runId);
      if (last?.isLast !== true && last?.writer !== writer) {
        this.#push(runId, { after: last?.seq ?? 0, jsons: [], isLast: false, writer });
      }
      return { lastSeq: last?.seq ?? 0, hasEnded: last?.isLast === true };
    });
  }

  async read(runId: string, after: number): Promise<ReadBatch> {
    return this.#ask(() => {
      const all = (this.#logs.get(runId) ?? []).flatMap(({ jsons, after: start }) =>
        jsons.map((json, index) => ({ seq: start + index + 1, json })),
      );
      const events = all.filter(({ seq }) => seq > after).slice(0, 5);
      const isAll = (events.at(-1)?.seq ?? after) >= (all.at(-1)?.seq ?? 0);
      return { events, isLast: isAll && this.#last(runId)?.isLast === true };
    });
  }

  async position(runId: string): Promise<LogPosition | undefined> {
    return this.#ask(() => {
      const last = this.#last(runId);
      return last && !last.isDropped ? { lastSeq: last.seq, hasEnded: last.isLast } : undefined;
    });
  }

  async drop(runId: string): Promise<void> {
    return this.#ask(() => {
      const after = this.#last(runId)?.seq ?? 0;
      this.#logs.set(runId, [{ after, jsons: [], isLast: true, writer: '', isDropped: true }]);
    });
  }

  async watch(runId: string, onBatch: (batch: Batch) => void): Promise<AsyncDisposable> {
    return this.#ask(() => {
      const watchers = this.#watchers.get(runId) ?? new Set();
      this.#watchers.set(runId, watchers.add(onBatch));
      return {
        async [Symbol.asyncDispose]() {
          watchers.delete(onBatch);
        },
      };
    });
  }

  async countWatchers(runId: string): Promise<number> {
    return this.#ask(() => this.#watchers.get(runId)?.size ?? 0);
  }

  onRecovery(recovered: () => void): void {
    this.#recovered.push(recovered);
  }

  async #ask<Answer>(work: () => Answer): Promise<Answer> {
    const lost = () => new SluiceError('unavailable');
    if (!this.#isAvailable) throw lost();
    await this.beforeAnswer();
    if (!this.#isAvailable) throw lost();
    const answer = work();
    if (this.losesAnswers === 0) return answer;
    this.losesAnswers -= 1;
    throw lost();
  }

  #last(runId: string) {
    const entry = this.#logs.get(runId)?.at(-1);
    return entry && { ...entry, seq: entry.after + entry.jsons.length };
  }

  #push(runId: string, entry: Entry): void {
    const entries = this.#logs.get(runId) ?? [];
    this.#logs.set(runId, [...entries, entry]);
  }
}
