// In: the events of a run, in order, from the one writer that runs it.
// Out: to each follower, whatever lies beyond its own cursor, in order, as soon as the log has it.
// Never: an event shown that the log has not, a follower that slows the writer, or memory without a bound.
import type { RunEvent } from '@sluice/shared';

/** One event as it is kept and shared by all followers: serialised once, when it is appended. */
export interface LoggedEvent {
  /** Place in the run: 1 for the first, no gaps. */
  readonly seq: number;
  /** The event as JSON, without a raw CR or LF. */
  readonly json: string;
}

export interface ReadOptions {
  /** The last seq the follower has; 0 for none. */
  after: number;
  /** Ends the iteration: by throwing the reason when that is a `SluiceError`, else quietly. */
  signal: AbortSignal;
}

/** The writer's end of one run's log. Disposing forgets a log that nothing was appended to: its run never began. */
export interface RunLog extends Disposable {
  /**
   * Takes all of the events, or none of them, and wakes the followers; never waits. The log has ended once `run-end` is appended.
   * @throws {SluiceError} `output_too_large` when the run's log is full; `finish`, `error` and `run-end` are always taken
   */
  append(events: readonly RunEvent[]): void;
}

export interface EventLog {
  /**
   * Begins the log of a new run.
   * @throws {SluiceError} `unavailable` when the memory for logs is full of running ones
   */
  open(runId: string): RunLog;

  /**
   * Everything after `options.after`: what is there in batches of bounded size, then what comes, until `run-end` was given.
   * A follower that is slow to pull gets larger batches, and slows nobody.
   * @throws {SluiceError} before the first batch: `run_expired` when the log is gone, `invalid_cursor` when `after` lies beyond it
   */
  read(runId: string, options: ReadOptions): AsyncIterable<readonly LoggedEvent[]>;

  /** @returns the last seq and whether `run-end` is in, or undefined when the log is gone */
  position(runId: string): { lastSeq: number; hasEnded: boolean } | undefined;

  /** Forgets a log that has ended; followers that are reading it are given the rest. */
  drop(runId: string): void;
}
