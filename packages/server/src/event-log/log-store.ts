// In: batches of a run's events, from the one process that writes them. Out: those batches, to every process; and news of each new one.
// Never: two writers of one run, a gap between two batches, or anything after the last.
import type { LogPosition, LoggedEvent } from './event-log.ts';

export interface Batch {
  /** The seq before its first event. */
  after: number;
  /** Each without a raw LF; none in a batch that only takes the log over. */
  jsons: readonly string[];
  /** Whether the run has ended with it. */
  isLast: boolean;
}

/** Where an append left the log: `lastSeq` is not what it should be when batches were lost, or one was taken before. */
export type Appended = { isTaken: true; lastSeq: number } | { isTaken: false };

export interface ReadBatch {
  events: readonly LoggedEvent[];
  /** Whether the run has ended with the last of them, or with the cursor when there are none. */
  isLast: boolean;
}

/**
 * Where the logs of many processes' runs are. Everything that asks for it throws `unavailable` while it cannot be reached; what was
 * asked may have been done all the same.
 */
export interface LogStore {
  readonly isAvailable: boolean;
  /** Takes a batch that goes on where the log stands. @returns not taken: another process has taken the log over, or it has ended */
  append(runId: string, writer: string, batch: Batch): Promise<Appended>;
  /** From now on only this writer's batches are taken. */
  takeOver(runId: string, writer: string): Promise<LogPosition>;
  /** Some of what lies beyond a cursor, of bounded size. */
  read(runId: string, after: number): Promise<ReadBatch>;
  /** @returns undefined when it has no such log */
  position(runId: string): Promise<LogPosition | undefined>;
  /** Forgets what a log says, and takes nothing more for it, from anybody. */
  drop(runId: string): Promise<void>;
  /** Tells of batches as they are taken; a hint that may be lost: what `read` gives decides. Until it is disposed. */
  watch(runId: string, onBatch: (batch: Batch) => void): Promise<AsyncDisposable>;
  /** Processes that watch it now. */
  countWatchers(runId: string): Promise<number>;
  /** Called whenever it can be reached again. */
  onRecovery(recovered: () => void): void;
}
