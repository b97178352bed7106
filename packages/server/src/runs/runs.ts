// In: a validated chat request and who asks; a run's id and who follows or stops it.
// Out: runs that end exactly once, and their events.
// Never: a socket, a frame, or another user's run.
import { type ChatRequest, SluiceError, type StopResult } from '@sluice/shared';
import type { Limits } from '../admission/limits.ts';
import type { RunLimiter } from '../admission/limit-runs.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { EventLog, LoggedEvent } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Provider } from '../providers/provider.ts';
import type { Database } from '../storage/database.ts';
import type { NewRun, StoredRun } from '../storage/run-store.ts';
import { readCandidates } from './candidates.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { type ClaimedRun, type ClaimedRuns, createClaimedRuns } from './claimed-runs.ts';
import { type FindRevoked, cutRevoked } from './cut-revoked.ts';
import { type EndWriter, createEndWriter } from './end-writer.ts';
import { fingerprint } from './fingerprint.ts';
import type { Follower } from './follower.ts';
import { type Generation, generateAnswer } from './generate-answer.ts';
import { openRun } from './open-run.ts';
import { readMessages } from './read-chat-request.ts';
import { type GraceLimits, readGrace } from './read-grace.ts';
import { readTurn } from './read-turn.ts';
import { Run, RunAbort } from './run.ts';
import type { RunTimeouts } from './start-phase-timers.ts';
import { within } from './within.ts';

export interface RunsPorts {
  eventLog: EventLog;
  providers: ReadonlyMap<string, Provider>;
  catalog: Catalog;
  limiter: RunLimiter;
  limits: Limits;
  timeouts: RunTimeouts;
  grace: GraceLimits;
  database: Database;
  findRevoked: FindRevoked;
  logger: Logger;
}

/** A request for a run; who makes it is the run's first follower. */
export interface RunRequest {
  id: string;
  follower: Follower;
  /** Its Idempotency-Key. */
  key?: string | undefined;
}

/** What an upstream that will not let go may take of a shutdown. */
const CLOSE_WAIT_MS = 2000;
const STOP_WAIT_MS = 2000;

export class Runs implements Disposable {
  readonly #ports: RunsPorts;
  /** Those that are going on, and those whose log is kept. */
  readonly #runs = new Map<string, Run>();
  readonly #claims: ClaimedRuns;
  readonly #checkpoints: CheckpointWriter;
  readonly #ends: EndWriter;
  readonly #revocations: Disposable;
  #isDraining = false;

  constructor(ports: RunsPorts) {
    this.#ports = ports;
    const { database, findRevoked, logger } = ports;
    this.#claims = createClaimedRuns(database.runs, (id) => this.#findLive(id));
    this.#checkpoints = new CheckpointWriter(database.checkpoints, logger);
    this.#ends = createEndWriter({ database, checkpoints: this.#checkpoints, logger });
    this.#revocations = cutRevoked({ running: () => this.#listUnended(), findRevoked, logger });
  }

  /**
   * Admits a request, stores what it brings, and begins its upstream call. Under an Idempotency-Key that has its run already, who
   * makes it becomes a follower of that one.
   * @throws {SluiceError} what it was refused with; nothing has begun or been stored then
   */
  async start(body: ChatRequest, request: RunRequest): Promise<ClaimedRun> {
    this.#refuseWhenDraining();
    const { key, follower } = request;
    if (key === undefined) return { run: await this.#begin(body, request, null), isReplay: false };
    const claim = { userId: follower.owner.userId, key, fingerprint: fingerprint(body) };
    const claimed = await this.#claims.claim(claim, () => this.#begin(body, request, claim));
    if (claimed.isReplay) claimed.run.addFollower(follower);
    return claimed;
  }

  /**
   * The read half: everything after a cursor, until `run-end`. Ends with `token_revoked` when the follower may no longer.
   * @throws {SluiceError} at once: `run_expired` when the log is gone, `invalid_cursor` when `after` lies beyond it
   */
  async follow(
    run: Run,
    { after, follower }: { after: number; follower: Follower },
  ): Promise<AsyncIterable<readonly LoggedEvent[]>> {
    const position = await this.#ports.eventLog.position(run.id);
    if (position === undefined) throw new SluiceError('run_expired');
    if (after > position.lastSeq) {
      throw new SluiceError('invalid_cursor', {
        detail: `the cursor lies beyond the run's last event, ${position.lastSeq}`,
      });
    }
    return this.#ports.eventLog.read(run.id, { after, signal: follower.signal });
  }

  /** @returns whether a follower at `after` has everything, the terminal included */
  async isDelivered(run: Run, after: number): Promise<boolean> {
    const position = await this.#ports.eventLog.position(run.id);
    return position !== undefined && position.hasEnded && after === position.lastSeq;
  }

  /**
   * @returns the run while its log is kept, else its row
   * @throws {SluiceError} `not_found`, for another's run too: a stranger learns nothing
   */
  async find(runId: string, owner: { userId: string }): Promise<Run | StoredRun> {
    const run = this.#runs.get(runId);
    const found = run?.owner.userId === owner.userId ? run : undefined;
    const stored = found ?? (await this.#ports.database.runs.find(runId, owner.userId));
    if (stored === undefined) throw new SluiceError('not_found', { detail: 'no such run' });
    return stored;
  }

  /** Those that are going on; of one user, if given. */
  listRunning(userId?: string): Run[] {
    return this.#listUnended().filter(
      ({ isOpen, owner }) => isOpen && (userId === undefined || owner.userId === userId),
    );
  }

  /** Aborts the upstream call and waits up to two seconds for its connection to be closed, and its end written down. Idempotent. */
  async stop(run: Run): Promise<StopResult> {
    run.abort(new RunAbort('stopped'));
    await within(STOP_WAIT_MS, run.ended);
    return run.stopResult();
  }

  /** Stops what is answered in a conversation that is gone, and forgets what was: an answer without a place would go on costing. */
  async leaveConversation(conversationId: string): Promise<void> {
    const runs = [...this.#runs.values()].filter((run) => run.conversationId === conversationId);
    const forgotten = runs.map(async (run) => {
      run.abort(new RunAbort('stopped'));
      await run.ended;
      await this.#ports.eventLog.drop(run.id);
      this.#runs.delete(run.id);
    });
    await within(STOP_WAIT_MS, Promise.all(forgotten));
  }

  /** Takes no new runs, gives the running ones `drainMs`, and ends the rest as `interrupted`. */
  async drain(drainMs: number): Promise<void> {
    this.#isDraining = true;
    const running = this.#listUnended();
    const ended = Promise.all(running.map((run) => run.ended));
    await within(drainMs, ended);
    for (const run of running) run.abort(new RunAbort('interrupted', 'interrupted'));
    await within(CLOSE_WAIT_MS, ended);
    await within(CLOSE_WAIT_MS, this.#ends.settled());
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  [Symbol.dispose](): void {
    this.#revocations[Symbol.dispose]();
    this.#ends[Symbol.dispose]();
    this.#checkpoints[Symbol.dispose]();
  }

  async #begin(body: ChatRequest, request: RunRequest, claim: NewRun['idempotency']): Promise<Run> {
    this.#refuseWhenDraining();
    const { owner } = request.follower;
    const { catalog, providers, limiter, limits, grace, database, eventLog } = this.#ports;
    const candidates = readCandidates(body, { catalog, providers });
    const { model } = candidates.first;
    const turn = readTurn(body);
    const asked = turn === null ? readMessages(body) : [];
    const run = new Run({
      id: crypto.randomUUID(),
      owner,
      requestId: request.id,
      model: model.id,
      provider: model.provider,
      dropped: candidates.dropped,
      conversationId: turn?.conversationId ?? null,
      graceMs: readGrace(body, claim !== null, grace),
    });
    using undo = new DisposableStack();
    const place = undo.use(limiter.admit(owner.userId));
    const log = undo.use(eventLog.open(run.id));
    this.#remember(run);
    undo.defer(() => {
      this.#runs.delete(run.id);
      run.discard();
    });
    const messages = await openRun({ database, limits }, { run, body, model, turn, asked, claim });
    undo.move();
    run.addFollower(request.follower);
    void this.#generate({ run, log, candidates, messages }).finally(() => place[Symbol.dispose]());
    return run;
  }

  #generate(begun: Pick<Generation, 'run' | 'log' | 'candidates' | 'messages'>): Promise<void> {
    const { timeouts, logger } = this.#ports;
    return generateAnswer({
      ...begun,
      timeouts,
      logger,
      checkpoints: this.#checkpoints,
      ends: this.#ends,
    });
  }

  #refuseWhenDraining(): void {
    if (this.#isDraining) throw new SluiceError('draining', { retryAfterMs: 5000 });
  }

  /** Those that are being opened, too. */
  #listUnended(): Run[] {
    return [...this.#runs.values()].filter(({ result }) => result === null);
  }

  #findLive(runId: string): Run | undefined {
    return this.#ports.eventLog.isHeld(runId) ? this.#runs.get(runId) : undefined;
  }

  #remember(run: Run): void {
    this.#runs.set(run.id, run);
    // Two at each start, so that a start costs the same however many there are, and those whose log is gone do go.
    for (const [id, { result }] of this.#runs.entries().take(2)) {
      if (result !== null && !this.#ports.eventLog.isHeld(id)) this.#runs.delete(id);
    }
  }
}
