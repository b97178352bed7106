import type { Cost, ErrorCode, RunEndReason, StopResult, Usage } from '@sluice/shared';
import type { RunBudget } from '../admission/run-budget.ts';
import { type RunObservation, unobserved } from '../observability/run-observer.ts';
import type { Follower } from './follower.ts';
import type { RunOptions } from './run-options.ts';
import type { RunOwner } from './run-owner.ts';

/** Why the write half was aborted, as the signal's reason. Abort is a reason, not an error. */
export class RunAbort {
  readonly endReason: Exclude<RunEndReason, 'complete' | 'length' | 'refused'>;
  /** The code of the `error` event that tells of it; a stop and a disconnect have none. */
  readonly code: ErrorCode | undefined;
  /** What the event says beyond the code's title; without a code, what `run-end` says beyond the reason. */
  readonly detail: string | undefined;

  constructor(endReason: RunAbort['endReason'], code?: ErrorCode, detail?: string) {
    this.endReason = endReason;
    this.code = code;
    this.detail = detail;
  }
}

/** Where a run's messages are in its conversation. */
export interface RunPlace {
  readonly conversationId: string;
  /** The prompt this run stored; absent when it answers one that was there. */
  readonly userMessageId?: string;
  /** The answer's. */
  readonly messageId: string;
}

/** How long a run goes on after its last follower has left: 0 aborts at once, Infinity never. */
export type GraceMs = number;

/** How a run ended, once it has. */
export interface RunResult {
  reason: RunEndReason;
  usage: Usage | null;
  cost: Cost | null;
}

type RunFields = Pick<
  Run,
  'id' | 'owner' | 'requestId' | 'model' | 'provider' | 'graceMs' | 'conversationId' | 'dropped'
> & {
  chatId?: string | undefined;
  options?: RunOptions | null;
  /** Whether somebody follows it in another process; absent where there is no other. */
  isFollowedElsewhere?: (() => Promise<boolean>) | undefined;
};

/** How often a run that is followed elsewhere alone looks whether it still is. */
const LOOK_ELSEWHERE_MS = 1000;

/** One generation, from admission to its end; the log has what it said. */
export class Run {
  readonly id: string;
  readonly owner: RunOwner;
  /** Of the request that began it, for the log. */
  readonly requestId: string;
  /** Of the model that answers, or was asked first. */
  model: string;
  provider: string;
  readonly graceMs: GraceMs;
  /** Null outside of conversations. */
  readonly conversationId: string | null;
  /** The app's own id of the chat it answers in, if any; unique to nobody. */
  readonly chatId: string | null;
  /** Options that the models, or some of them, are asked without. */
  readonly dropped: readonly string[];
  /** What it was asked with, while it goes on in a conversation, where another may go on from it; else null. */
  options: RunOptions | null;
  readonly createdAt = Date.now();
  /** The same by the clock that nobody sets: `performance.now()`. */
  readonly begunAt = performance.now();
  /** Null outside of conversations, and before the run is open. */
  place: RunPlace | null = null;
  /** For metrics and traces, once it is open. */
  observation: RunObservation = unobserved;
  /** Null when no limit applied as it began. */
  budget: RunBudget | null = null;
  /** Whether it has been written down: until then it may still be refused. */
  isOpen = false;
  /** Whether another process has it by now: nothing more of it is to be written here. */
  isLost = false;
  /** Null while the run goes on. */
  result: RunResult | null = null;
  /** Upstream calls made. */
  attempts = 0;
  /** From the abort to the upstream connection's close. */
  upstreamClosedMs: number | null = null;

  readonly #controller = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  /** How it ended, known once the upstream connection is closed. */
  #reason: RunEndReason | undefined;
  readonly #followers = new Set<Follower>();
  #grace: NodeJS.Timeout | undefined;
  /** Changes with whatever begins or ends a grace: what was asked for an earlier one counts no more. */
  #graceNumber = 0;
  #abortedAt = 0;
  readonly #isFollowedElsewhere: RunFields['isFollowedElsewhere'];

  constructor(fields: RunFields) {
    this.id = fields.id;
    this.owner = fields.owner;
    this.requestId = fields.requestId;
    this.model = fields.model;
    this.provider = fields.provider;
    this.graceMs = fields.graceMs;
    this.conversationId = fields.conversationId;
    this.chatId = fields.chatId ?? null;
    this.dropped = fields.dropped;
    this.options = fields.options ?? null;
    this.#isFollowedElsewhere = fields.isFollowedElsewhere;
  }

  /** Aborts with a `RunAbort`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves once the upstream connection is closed and `run-end` is in the log; also for a run that was refused before it was open. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Whole milliseconds. */
  get ageMs(): number {
    return Math.round(performance.now() - this.begunAt);
  }

  /** The first abort counts; after the end none does. */
  abort(reason: RunAbort): void {
    if (this.signal.aborted || this.result !== null) return;
    this.#endGrace();
    this.#abortedAt = performance.now();
    this.#controller.abort(reason);
  }

  /** Another process has taken it over: its upstream call is left, and that is all. */
  lose(): void {
    this.isLost = true;
    this.abort(new RunAbort('interrupted', 'interrupted'));
  }

  /** Another model answers than was asked. */
  serveBy({ id, provider }: { id: string; provider: string }): void {
    this.model = id;
    this.provider = provider;
  }

  open(place: RunPlace | null): void {
    this.place = place;
    this.isOpen = true;
  }

  /** Instead of `open`, for a run that is refused. */
  discard(): void {
    this.#ended.resolve();
  }

  /** Called once the provider's iteration has settled, which is when its connection is closed. */
  noteUpstreamClosed(reason: RunEndReason): void {
    this.#reason = reason;
    if (this.signal.aborted) this.upstreamClosedMs = performance.now() - this.#abortedAt;
  }

  end(result: RunResult): void {
    this.result = result;
    this.options = null;
    this.#endGrace();
    this.#ended.resolve();
  }

  get followers(): Iterable<Follower> {
    return this.#followers;
  }

  /** Counts a follower in, once, until its signal aborts; when the last one has left, the run's grace begins. */
  addFollower(follower: Follower): void {
    if (this.#followers.has(follower)) return;
    const { signal } = follower;
    this.#followers.add(follower);
    this.#endGrace();
    const leave = () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.#beginGrace();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  /** A follower in another process may have left. */
  recheckFollowers(): void {
    if (this.isOpen && this.#followers.size === 0) this.#beginGrace();
  }

  stopResult(): StopResult {
    const upstreamClosedMs =
      this.upstreamClosedMs === null ? null : Math.round(this.upstreamClosedMs * 10) / 10;
    return { runId: this.id, state: this.#reason ?? 'stopping', upstreamClosedMs };
  }

  #beginGrace(): void {
    this.#endGrace();
    if (this.signal.aborted || this.result !== null || this.graceMs === Infinity) return;
    const abort = () => this.abort(new RunAbort('disconnected'));
    this.#unlessFollowed(() => {
      if (this.graceMs === 0) abort();
      else this.#wait(this.graceMs, () => this.#unlessFollowed(abort));
    });
  }

  #endGrace(): void {
    clearTimeout(this.#grace);
    this.#graceNumber += 1;
  }

  /** At once, where there is no other process to ask. */
  #unlessFollowed(then: () => void): void {
    if (this.#isFollowedElsewhere === undefined) {
      then();
      return;
    }
    const asked = this.#graceNumber;
    void this.#isFollowedElsewhere().then((isFollowed) => {
      if (asked !== this.#graceNumber) return;
      if (isFollowed) this.#wait(LOOK_ELSEWHERE_MS, () => this.#beginGrace());
      else then();
    });
  }

  /** The server has its sockets to live on; a run that it leaves at its end is not to hold it up. */
  #wait(ms: number, then: () => void): void {
    this.#grace = setTimeout(then, ms);
    this.#grace.unref();
  }
}
