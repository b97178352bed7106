// In: a validated chat request and who asks; a run's id and who follows or stops it.
// Out: runs that end exactly once, and their events.
// Never: a socket, a frame, or another user's run.
import { type ChatRequest, SluiceError, type StopResult } from '@sluice/shared';
import type { RunLimiter } from '../admission/limit-runs.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { EventLog, LoggedEvent } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Provider } from '../providers/provider.ts';
import { generateAnswer } from './generate-answer.ts';
import { readChatRequest } from './read-chat-request.ts';
import { Run, RunAbort } from './run.ts';
import type { RunTimeouts } from './start-phase-timers.ts';

export interface RunsPorts {
  eventLog: EventLog;
  providers: ReadonlyMap<string, Provider>;
  catalog: Catalog;
  limiter: RunLimiter;
  timeouts: RunTimeouts;
  logger: Logger;
}

/** Runs that are remembered beyond their log: enough to say `run_expired` rather than `not_found`. */
const MAX_REMEMBERED_RUNS = 10_000;
/** What an upstream that will not let go may take of a shutdown. */
const CLOSE_WAIT_MS = 2000;
const STOP_WAIT_MS = 2000;

export class Runs {
  readonly #ports: RunsPorts;
  readonly #runs = new Map<string, Run>();
  #isDraining = false;

  constructor(ports: RunsPorts) {
    this.#ports = ports;
  }

  /**
   * Admits a request and begins its upstream call; the caller is the run's first follower until `closed` aborts.
   * @throws {SluiceError} what it was refused with; nothing has begun then
   */
  start(
    body: ChatRequest,
    owner: { userId: string },
    caller: { requestId: string; closed: AbortSignal },
  ): Run {
    if (this.#isDraining) throw new SluiceError('draining', { retryAfterMs: 5000 });
    const { eventLog, catalog, providers, limiter, timeouts, logger } = this.#ports;
    const model = catalog.resolve(body.model);
    const request = readChatRequest(body, model);
    const provider = providers.get(model.provider);
    if (provider === undefined)
      throw new Error(`provider ${model.provider} is in the catalogue but not composed`);
    const place = limiter.admit(owner.userId);
    try {
      const run = new Run({
        id: crypto.randomUUID(),
        userId: owner.userId,
        requestId: caller.requestId,
        model: model.id,
        provider: model.provider,
      });
      const log = eventLog.open(run.id);
      this.#remember(run);
      run.addFollower(caller.closed);
      void generateAnswer({ run, log, provider, request, timeouts, logger }).finally(() =>
        place[Symbol.dispose](),
      );
      return run;
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * The read half: everything after a cursor, until `run-end`.
   * @throws {SluiceError} at once: `run_expired` when the log is gone, `invalid_cursor` when `after` lies beyond it
   */
  follow(run: Run, options: { after: number; signal: AbortSignal }): AsyncIterable<readonly LoggedEvent[]> {
    const position = this.#ports.eventLog.position(run.id);
    if (position === undefined) throw new SluiceError('run_expired');
    if (options.after > position.lastSeq) {
      throw new SluiceError('invalid_cursor', {
        detail: `the cursor lies beyond the run's last event, ${position.lastSeq}`,
      });
    }
    return this.#ports.eventLog.read(run.id, options);
  }

  /** @returns whether a follower at `after` has everything, the terminal included */
  isDelivered(run: Run, after: number): boolean {
    const position = this.#ports.eventLog.position(run.id);
    return position !== undefined && position.hasEnded && after === position.lastSeq;
  }

  /** @throws {SluiceError} `not_found`, for another's run too: a stranger learns nothing */
  find(runId: string, owner: { userId: string }): Run {
    const run = this.#runs.get(runId);
    if (run === undefined || run.userId !== owner.userId)
      throw new SluiceError('not_found', { detail: 'no such run' });
    return run;
  }

  /** Aborts the upstream call and waits up to two seconds for its connection to be closed. Idempotent. */
  async stop(run: Run): Promise<StopResult> {
    run.abort(new RunAbort('stopped'));
    await within(STOP_WAIT_MS, run.ended);
    return run.stopResult();
  }

  /** Takes no new runs, gives the running ones `drainMs`, and ends the rest as `interrupted`. */
  async drain(drainMs: number): Promise<void> {
    this.#isDraining = true;
    const running = this.#running();
    const ended = Promise.all(running.map((run) => run.ended));
    await within(drainMs, ended);
    for (const run of running) run.abort(new RunAbort('interrupted', 'interrupted'));
    await within(CLOSE_WAIT_MS, ended);
  }

  /** How many runs are going on. */
  get running(): number {
    return this.#running().length;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  #running(): Run[] {
    return [...this.#runs.values()].filter((run) => run.endReason === null);
  }

  #remember(run: Run): void {
    this.#runs.set(run.id, run);
    if (this.#runs.size <= MAX_REMEMBERED_RUNS) return;
    // The oldest alone is looked at, so that a start costs the same however many there are.
    const [oldest = ''] = this.#runs.keys();
    if (this.#ports.eventLog.position(oldest) === undefined) this.#runs.delete(oldest);
  }
}

/** Waits for work, but no longer than that. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
