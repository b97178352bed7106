// In: what running answers write, delta by delta. Out: checkpoints in the database, so that a process that dies loses a second at most.
// Never: a wait for the token loop, nor more than one write at a time.
import type { Logger } from '../observability/logger.ts';
import type { Checkpoint, CheckpointStore } from '../storage/checkpoint-store.ts';

/** Half of the second that is promised: a write takes time too. */
const INTERVAL_MS = 500;
/** Characters that are written down without waiting for the interval. */
const EAGER_LENGTH = 4096;
/** Rows of one statement. */
const MAX_ROWS = 500;

interface Pending {
  seq: number;
  text: string;
  reasoning: string;
}

export interface CheckpointWriter {
  /** Takes down a delta; never waits. */
  note(runId: string, delta: { text: string; reasoning: string }): void;
  /** Settles once nothing of this run is being written, and nothing more will be. */
  close(runId: string): Promise<void>;
}

export function createCheckpointWriter(store: CheckpointStore, logger: Logger): CheckpointWriter {
  const pending = new Map<string, Pending>();
  /** How many checkpoints each run has had. */
  const seqs = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const schedule = (afterMs: number) => {
    if (writing !== undefined) return;
    clearTimeout(timer);
    timer = setTimeout(flush, afterMs);
  };

  function flush(): void {
    timer = undefined;
    const rows: Checkpoint[] = [...pending].slice(0, MAX_ROWS).map(([runId, entry]) => ({ runId, ...entry }));
    for (const { runId } of rows) pending.delete(runId);
    writing = store
      .insert(rows)
      .catch((error: unknown) => {
        logger.warn(
          { err: error, runs: rows.length },
          'checkpoints could not be written, and are tried again',
        );
        for (const row of rows) putBack(row);
      })
      .finally(() => {
        writing = undefined;
        if (pending.size > 0) schedule(INTERVAL_MS);
      });
  }

  /** A checkpoint that was lost would be a hole in the text: what came since is added to it. */
  function putBack({ runId, seq, text, reasoning }: Checkpoint): void {
    if (!seqs.has(runId)) return;
    const later = pending.get(runId);
    pending.set(runId, {
      seq,
      text: text + (later?.text ?? ''),
      reasoning: reasoning + (later?.reasoning ?? ''),
    });
  }

  return {
    note(runId, { text, reasoning }) {
      const entry = pending.get(runId) ?? { seq: seqs.get(runId) ?? 1, text: '', reasoning: '' };
      if (!pending.has(runId)) {
        pending.set(runId, entry);
        seqs.set(runId, entry.seq + 1);
        if (timer === undefined) schedule(INTERVAL_MS);
      }
      const length = entry.text.length + entry.reasoning.length;
      entry.text += text;
      entry.reasoning += reasoning;
      const isEager = length < EAGER_LENGTH && entry.text.length + entry.reasoning.length >= EAGER_LENGTH;
      if (isEager) schedule(0);
    },
    async close(runId) {
      pending.delete(runId);
      seqs.delete(runId);
      await writing;
    },
  };
}
