import type { ErrorCode, RunEndReason, StopResult } from '@sluice/shared';

/** Why the write half was aborted, as the signal's reason. Abort is a reason, not an error. */
export class RunAbort {
  readonly endReason: Exclude<RunEndReason, 'complete' | 'length' | 'refused'>;
  /** The code of the `error` event that tells of it; a stop and a disconnect have none. */
  readonly code: ErrorCode | undefined;

  constructor(endReason: RunAbort['endReason'], code?: ErrorCode) {
    this.endReason = endReason;
    this.code = code;
  }
}

/** One generation, from admission to its end; the log has what it said. */
export class Run {
  readonly id: string;
  readonly userId: string;
  /** Of the request that began it, for the log. */
  readonly requestId: string;
  readonly model: string;
  readonly provider: string;
  readonly createdAt = Date.now();
  /** Null while the run goes on. */
  endReason: RunEndReason | null = null;
  /** From the abort to the upstream connection's close. */
  upstreamClosedMs: number | null = null;

  readonly #controller = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #followers = 0;
  #abortedAt = 0;

  constructor(fields: Pick<Run, 'id' | 'userId' | 'requestId' | 'model' | 'provider'>) {
    this.id = fields.id;
    this.userId = fields.userId;
    this.requestId = fields.requestId;
    this.model = fields.model;
    this.provider = fields.provider;
  }

  /** Aborts with a `RunAbort`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves once the upstream connection is closed and `run-end` is in the log. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** The first abort counts; after the end none does. */
  abort(reason: RunAbort): void {
    if (this.signal.aborted || this.endReason !== null) return;
    this.#abortedAt = performance.now();
    this.#controller.abort(reason);
  }

  /** Called once the provider's iteration has settled, which is when its connection is closed. */
  noteUpstreamClosed(): void {
    if (this.signal.aborted) this.upstreamClosedMs = performance.now() - this.#abortedAt;
  }

  end(reason: RunEndReason): void {
    this.endReason = reason;
    this.#ended.resolve();
  }

  /** Counts a follower in until its signal aborts; when the last one leaves, the run is aborted. */
  addFollower(signal: AbortSignal): void {
    this.#followers += 1;
    const leave = () => {
      this.#followers -= 1;
      if (this.#followers === 0) this.abort(new RunAbort('disconnected'));
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  stopResult(): StopResult {
    const upstreamClosedMs =
      this.upstreamClosedMs === null ? null : Math.round(this.upstreamClosedMs * 10) / 10;
    return { runId: this.id, state: this.endReason ?? 'stopping', upstreamClosedMs };
  }
}
