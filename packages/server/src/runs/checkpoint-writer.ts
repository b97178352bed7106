// In: what running answers write, delta by delta. Out: checkpoints in the database, so that a process that dies loses a second at most.
// Never: a wait for the token loop, nor more than one write at a time.
import type { Logger } from '../observability/logger.ts';
import { outOfScope } from '../observability/request-scope.ts';
import type { Checkpoint, CheckpointStore } from '../storage/checkpoint-store.ts';

/** Half of the second that is promised: a write takes time too. */
const INTERVAL_MS = 500;
/** What is written down without waiting for the interval. */
const EAGER_BYTES = 4096;
/** Rows of one statement. */
const MAX_ROWS = 500;

interface Pending {
  seq: number;
  text: string;
  reasoning: string;
  /** Of both, in UTF-8. */
  bytes: number;
}

/** Disposing leaves what is not written unwritten. */
export class CheckpointWriter implements Disposable {
  readonly #store: CheckpointStore;
  readonly #logger: Logger;
  readonly #pending = new Map<string, Pending>();
  /** What the next checkpoint of each run is numbered. */
  readonly #seqs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** Whether a run has enough for another write once this one is done. */
  #isUrgent = false;
  #isDisposed = false;

  constructor(store: CheckpointStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Takes down a delta; never waits. */
  note(runId: string, { text, reasoning }: { text: string; reasoning: string }): void {
    const entry = this.#pending.get(runId) ?? this.#begin(runId);
    const { bytes } = entry;
    entry.text += text;
    entry.reasoning += reasoning;
    entry.bytes += Buffer.byteLength(text) + Buffer.byteLength(reasoning);
    if (bytes >= EAGER_BYTES || entry.bytes < EAGER_BYTES) return;
    this.#isUrgent = true;
    this.#schedule(0);
  }

  /** Settles once nothing of this run is being written, and nothing more will be. */
  async close(runId: string): Promise<void> {
    this.#pending.delete(runId);
    this.#seqs.delete(runId);
    await this.#writing;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #begin(runId: string): Pending {
    const seq = this.#seqs.get(runId) ?? 1;
    const entry = { seq, text: '', reasoning: '', bytes: 0 };
    this.#pending.set(runId, entry);
    this.#seqs.set(runId, seq + 1);
    if (this.#timer === undefined) this.#schedule(INTERVAL_MS);
    return entry;
  }

  #schedule(afterMs: number): void {
    if (this.#writing !== undefined || this.#isDisposed) return;
    clearTimeout(this.#timer);
    const write = () => {
      this.#timer = undefined;
      this.#writing = this.#flush().finally(() => {
        this.#writing = undefined;
        if (this.#pending.size > 0) this.#schedule(this.#isUrgent ? 0 : INTERVAL_MS);
      });
    };
    this.#timer = outOfScope(() => setTimeout(write, afterMs));
  }

  async #flush(): Promise<void> {
    const rows = Array.from(this.#pending, ([runId, entry]) => ({ runId, ...entry }));
    this.#pending.clear();
    this.#isUrgent = false;
    for (let start = 0; start < rows.length; start += MAX_ROWS) {
      await this.#write(rows.slice(start, start + MAX_ROWS));
    }
  }

  async #write(rows: readonly Checkpoint[]): Promise<void> {
    try {
      await this.#store.insert(rows);
    } catch (error) {
      const fields = { err: error, runs: rows.length };
      this.#logger.warn(fields, 'checkpoints could not be written, and are tried again');
      for (const row of rows) this.#putBack(row);
    }
  }

  /** A checkpoint that was lost would be a hole in the text: what came since is added to it. */
  #putBack({ runId, seq, text, reasoning }: Checkpoint): void {
    if (!this.#seqs.has(runId)) return;
    const later = this.#pending.get(runId);
    const both = { text: text + (later?.text ?? ''), reasoning: reasoning + (later?.reasoning ?? '') };
    // Not urgent, however long: a database that fails is not asked again at once.
    this.#pending.set(runId, { seq, ...both, bytes: EAGER_BYTES });
  }
}
