// In: the events of a run, in order, from the one writer that runs it.
// Out: to each follower, whatever lies beyond its own cursor, in order, as soon as the log has it.
// Never: an event shown that the log has not, a follower that slows the writer, or memory without a bound.
import type { RunEvent, SluiceError } from '@sluice/shared';

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

export interface LogPosition {
  lastSeq: number;
  /** Whether `run-end` is in. */
  hasEnded: boolean;
}

/** The writer's end of one run's log. Disposing forgets a log that nothing was appended to: its run never began. */
export interface RunLog extends Disposable {
  /**
   * Takes all of the events, or none of them; never waits. The log has ended once `run-end` is appended. Nothing comes of it once
   * another process has the run.
   * @throws {SluiceError} `output_too_large` when the run's log is full; `finish`, `error` and `run-end` are always taken
   */
  append(events: readonly RunEvent[]): void;
}

export interface EventLog {
  /** Memory that logs take in this process, about. */
  readonly bytes: number;

  /**
   * Begins the log of a new run.
   * @throws {SluiceError} `unavailable` when the memory for logs is full of running ones, or there is no way to the log
   */
  open(runId: string): RunLog;

  /**
   * Everything after `options.after`: what is there in batches of bounded size, then what comes, until `run-end` was given.
   * A follower that is slow to pull gets larger batches, and slows nobody.
   * Whoever reads has asked for its position first: a log of this process alone throws `run_expired` when it is gone, and
   * `invalid_cursor` when `after` lies beyond it; a shared one waits for what its process will send.
   * @throws {SluiceError} `unavailable` when the way to the log is lost
   */
  read(runId: string, options: ReadOptions): AsyncIterable<readonly LoggedEvent[]>;

  /** Whether this process has the log in its memory. */
  isHeld(runId: string): boolean;

  /** @param after the last seq that somebody has, if any @returns undefined when the log is gone */
  position(runId: string, after?: number): Promise<LogPosition | undefined>;

  /** Forgets a log that has ended; followers that are reading it are given the rest. */
  drop(runId: string): Promise<void>;

  /** Cuts those who follow a run of this process here, and forgets its log: another process has it. Nothing more is taken. */
  abandon(runId: string, failure: SluiceError): void;

  /** Resolves once followers may see all that was appended. */
  settled(): Promise<void>;
}

/** An event log that several processes have together, of runs that each belong to one of them. */
export interface SharedLog extends EventLog {
  /** Whether it can be reached: if not, followers in this process go on, and no run begins. */
  readonly isAvailable: boolean;

  /** From now on nothing is taken from the process that wrote the log, which is thought dead. @returns what it says */
  takeOver(runId: string): Promise<readonly RunEvent[]>;

  /** Ends a log in place of the process that wrote it; nothing comes of it when it has ended. @param last `run-end` and what goes before it */
  finish(runId: string, last: readonly RunEvent[]): Promise<void>;

  /** Processes other than the one that writes it in which somebody follows the log. */
  countFollowersElsewhere(runId: string): Promise<number>;

  /** @param lost called when another process has taken over the log of a run that this one writes */
  onLost(lost: (runId: string) => void): void;
}
