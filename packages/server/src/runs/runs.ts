// In: a validated chat request and who asks; a run's id and who follows or stops it.
// Out: runs that end exactly once, and their events.
// Never: a socket, a frame, or another user's run.
import { type ChatRequest, SluiceError, type StopResult } from '@sluice/shared';
import { LimitAlerts } from '../admission/limit-alerts.ts';
import type { LoggedEvent } from '../event-log/event-log.ts';
import { noObservability } from '../observability/no-observability.ts';
import type { RunObserver } from '../observability/run-observer.ts';
import type { NewRun, StoredRun } from '../storage/stored-run.ts';
import { readCandidates, recallDropped } from './candidates.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { type ClaimedRun, type ClaimedRuns, createClaimedRuns } from './claimed-runs.ts';
import { cutRevoked } from './cut-revoked.ts';
import { type CostCorrector, correctCosts } from './correct-costs.ts';
import { type EndWriter, createEndWriter } from './end-writer.ts';
import { findPosition } from './find-position.ts';
import { fingerprint } from './fingerprint.ts';
import type { Follower } from './follower.ts';
import { type Generation, generateAnswer } from './generate-answer.ts';
import { leaveConversation } from './leave-conversation.ts';
import { openRun } from './open-run.ts';
import { readMessages } from './read-chat-request.ts';
import { readGrace } from './read-grace.ts';
import { type StopHeeder, heedStops } from './heed-stops.ts';
import { readTurn } from './read-turn.ts';
import { Run, RunAbort } from './run.ts';
import { toRunOptions } from './run-options.ts';
import type { RunsPorts } from './runs-ports.ts';
import { createTokenCounter } from './token-counter.ts';
import { within } from './within.ts';

/** A request for a run; who makes it is the run's first follower. */
export interface RunRequest {
  id: string;
  follower: Follower;
  /** Its Idempotency-Key. */
  key?: string | undefined;
  /** What is asked in words of another dialect, of which the body is made: the key stands for all of it. */
  call?: unknown;
  /** Whether options that the model does not take are left out, and named by the run, rather than refused. */
  mayDrop?: boolean;
  /** The app's own id of the chat that it is asked in. */
  chatId?: string | undefined;
}

interface StartedRun extends ClaimedRun {
  /** Options that are left out, as `Run.dropped`. */
  dropped: readonly string[];
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
  readonly #observer: RunObserver;
  readonly #alerts: LimitAlerts;
  readonly #counter = createTokenCounter();
  readonly #corrector: CostCorrector;
  readonly #revocations: Disposable;
  readonly #stops: StopHeeder | undefined;
  #isDraining = false;

  constructor(ports: RunsPorts) {
    this.#ports = ports;
    const { database, findRevoked, logger, shared, observability = noObservability } = ports;
    const { metrics } = observability;
    this.#observer = observability.runs;
    this.#alerts = new LimitAlerts({ logger, metrics });
    this.#claims = createClaimedRuns(database.runs, (stored) => this.#findLive(stored), {
      isAlone: shared === null,
    });
    this.#checkpoints = new CheckpointWriter(database.checkpoints, logger);
    this.#corrector = correctCosts({ database, logger });
    const checkpoints = this.#checkpoints;
    this.#ends = createEndWriter({ database, checkpoints, logger, metrics });
    const running = () => this.#listUnended();
    const followers = () => shared?.peers.followers ?? [];
    this.#revocations = cutRevoked({ running, followers, findRevoked, logger });
    if (shared === null) return;
    const listRequested = async () => database.runs.listStopRequested(ports.processId());
    this.#stops = heedStops({ running, listRequested, logger });
    shared.sharedLog.onLost((runId) => this.#lose(runId));
  }

  /**
   * Admits a request, stores what it brings, and begins its upstream call. Under an Idempotency-Key that has its run already, who
   * makes it becomes a follower of that one.
   * @throws {SluiceError} what it was refused with; nothing has begun or been stored then
   */
  async start(body: ChatRequest, request: RunRequest): Promise<StartedRun> {
    this.#refuseWhenDraining();
    const { key, follower, chatId, call, mayDrop } = request;
    if (key === undefined) {
      const run = await this.#begin(body, request, null);
      return { run, isReplay: false, dropped: run.dropped };
    }
    const asked = { ...body, chatId, call };
    const claim = { userId: follower.owner.userId, key, fingerprint: fingerprint(asked) };
    const claimed = await this.#claims.claim(claim, () => this.#begin(body, request, claim));
    const { run } = claimed;
    return {
      ...claimed,
      dropped: run instanceof Run ? run.dropped : recallDropped(body, this.#ports, mayDrop),
    };
  }

  /** @throws {SluiceError} what a request would be refused with for what it asks, whoever makes it and whatever else goes on */
  refuseUnanswerable(body: ChatRequest): void {
    const { catalog, providers, grace } = this.#ports;
    readCandidates(body, { catalog, providers });
    readGrace(body, false, grace);
  }

  /**
   * The read half: everything after a cursor, until `run-end`; the follower is counted in. Ends with `token_revoked` when they may
   * no longer.
   * @returns null for one who has everything, the terminal included
   * @throws {SluiceError} at once: `run_expired` when the log is gone, `invalid_cursor` when `after` lies beyond it
   */
  async follow(
    run: Run | StoredRun,
    { after, follower }: { after: number; follower: Follower },
  ): Promise<AsyncIterable<readonly LoggedEvent[]> | null> {
    const { eventLog, shared } = this.#ports;
    if (await this.isDelivered(run, after)) return null;
    const events = eventLog.read(run.id, { after, signal: follower.signal });
    if (run instanceof Run) run.addFollower(follower);
    else if (shared !== null) return shared.peers.follow(run, events, follower);
    return events;
  }

  /** @returns whether a follower at `after` has everything, the terminal included @throws {SluiceError} as `follow` does */
  async isDelivered(run: Run | StoredRun, after: number): Promise<boolean> {
    const { eventLog, shared } = this.#ports;
    const { lastSeq, hasEnded } = await findPosition({ eventLog, isShared: shared !== null }, run, after);
    return hasEnded && after === lastSeq;
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

  /**
   * By the app's own id of a chat, whichever server began it.
   * @returns the run of it that began last, going on or not; undefined when this user has none there
   */
  async findNewestInChat(
    chatId: string,
    { userId }: { userId: string },
  ): Promise<Run | StoredRun | undefined> {
    const stored = await this.#ports.database.runs.findNewestInChat(userId, chatId);
    return stored && (this.#runs.get(stored.id) ?? stored);
  }

  /** Those that are going on in this process. */
  get running(): Run[] {
    return this.#listUnended().filter(({ isOpen }) => isOpen);
  }

  /** Who reads here what is going on, wherever that is. */
  get followerCount(): number {
    const own = this.running.map(({ followers }) => [...followers].length);
    return own.reduce((sum, count) => sum + count, 0) + (this.#ports.shared?.peers.followers.length ?? 0);
  }

  /** Memory that event logs take here, about. */
  get logBytes(): number {
    return this.#ports.eventLog.bytes;
  }

  /** Those of a user that are going on, wherever. */
  async listRunning(userId: string): Promise<(Run | StoredRun)[]> {
    const own = this.running.filter(({ owner }) => owner.userId === userId);
    const all = (await this.#ports.shared?.peers.listRunning(userId)) ?? [];
    return [...own, ...all.filter(({ id }) => !this.#runs.has(id))];
  }

  /**
   * Aborts the upstream call and waits up to two seconds for its connection to be closed, and its end written down. Idempotent.
   * @param detail what `run-end` says beyond the reason; it is not passed on to other processes
   */
  async stop(run: Run | StoredRun, detail?: string): Promise<StopResult> {
    if (!(run instanceof Run)) {
      const { shared } = this.#ports;
      if (shared !== null && run.result === null) return shared.peers.stop(run);
      return { runId: run.id, state: run.result?.reason ?? 'interrupted', upstreamClosedMs: null };
    }
    run.abort(new RunAbort('stopped', undefined, detail));
    await within(STOP_WAIT_MS, run.ended);
    return run.stopResult();
  }

  /** Stops what is answered in a conversation that is gone, and forgets what was: an answer without a place would go on costing. */
  async leaveConversation(conversationId: string): Promise<void> {
    const { shared, ...ports } = this.#ports;
    const own = this.#runs;
    const forget = (runId: string) => void own.delete(runId);
    const peers = shared?.peers ?? null;
    await within(STOP_WAIT_MS, leaveConversation({ ...ports, conversationId, own, forget, peers }));
  }

  /** Another process asks to look at a run of this one: its end may be asked for, or a follower of it have left. */
  look(runId: string): void {
    void this.#stops?.look();
    const run = this.#runs.get(runId);
    run?.recheckFollowers();
    if (run !== undefined && run.result !== null) void this.#forgetIfDropped(runId);
  }

  /** Leaves all runs to others, who have taken this process for dead: no end of them is told here. */
  loseAll(): void {
    for (const { id } of this.#listUnended()) this.#lose(id);
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
    await within(CLOSE_WAIT_MS, this.#ports.eventLog.settled());
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  [Symbol.dispose](): void {
    this.#revocations[Symbol.dispose]();
    this.#stops?.[Symbol.dispose]();
    this.#ends[Symbol.dispose]();
    this.#counter[Symbol.dispose]();
    this.#corrector[Symbol.dispose]();
    this.#checkpoints[Symbol.dispose]();
  }

  async #begin(body: ChatRequest, request: RunRequest, claim: NewRun['idempotency']): Promise<Run> {
    this.#refuseWhenDraining();
    const { owner } = request.follower;
    const { catalog, providers, limiter, limits, grace, database, eventLog, shared } = this.#ports;
    const candidates = readCandidates(body, { catalog, providers }, request.mayDrop);
    const { model } = candidates.first;
    const turn = readTurn(body);
    const asked = turn === null ? readMessages(body) : [];
    const id = crypto.randomUUID();
    const run = new Run({
      id,
      owner,
      requestId: request.id,
      model: model.id,
      provider: model.provider,
      dropped: candidates.dropped,
      conversationId: turn?.conversationId ?? null,
      chatId: request.chatId,
      options: turn && toRunOptions(body, claim !== null),
      graceMs: readGrace(body, claim !== null, grace),
      isFollowedElsewhere: shared ? () => shared.peers.isFollowedElsewhere(id) : undefined,
    });
    using undo = new DisposableStack();
    const place = undo.use(await limiter.admit(owner.userId));
    this.#refuseWhenDraining();
    const log = undo.use(eventLog.open(run.id));
    this.#remember(run);
    undo.defer(() => {
      this.#runs.delete(run.id);
      run.discard();
    });
    const processId = this.#ports.processId();
    const messages = await openRun(
      { database, limits, alerts: this.#alerts },
      { run, processId, body, candidates, turn, asked, claim },
    );
    undo.move();
    run.observation = this.#observer.begin(run);
    run.addFollower(request.follower);
    void this.#generate({ run, log, candidates, messages }).finally(() => place[Symbol.dispose]());
    return run;
  }

  #generate(begun: Pick<Generation, 'run' | 'log' | 'candidates' | 'messages'>): Promise<void> {
    const { timeouts, logger } = this.#ports;
    return generateAnswer({
      ...begun,
      counter: this.#counter,
      corrector: this.#corrector,
      timeouts,
      logger,
      checkpoints: this.#checkpoints,
      ends: this.#ends,
      onLost: () => this.#lose(begun.run.id),
    });
  }

  #refuseWhenDraining(): void {
    if (this.#isDraining) throw new SluiceError('draining', { retryAfterMs: 5000 });
  }

  /** Those that are being opened, too. */
  #listUnended(): Run[] {
    return [...this.#runs.values()].filter(({ result }) => result === null);
  }

  async #findLive(stored: StoredRun): Promise<Run | StoredRun | undefined> {
    const { eventLog, shared } = this.#ports;
    const run = this.#runs.get(stored.id);
    if (run !== undefined && eventLog.isHeld(stored.id)) return run;
    if (shared === null) return undefined;
    const isLive = stored.result === null || (await eventLog.position(stored.id)) !== undefined;
    return isLive ? stored : undefined;
  }

  /** Another process has it: what it says further is told there. */
  #lose(runId: string): void {
    this.#runs.get(runId)?.lose();
    this.#runs.delete(runId);
    this.#ports.eventLog.abandon(runId, new SluiceError('interrupted'));
  }

  async #forgetIfDropped(runId: string): Promise<void> {
    const { eventLog } = this.#ports;
    // Beyond what this process has, the shared log is asked.
    const position = await eventLog.position(runId, Infinity).catch(() => null);
    if (position !== undefined) return;
    eventLog.abandon(runId, new SluiceError('run_expired'));
    this.#runs.delete(runId);
  }

  #remember(run: Run): void {
    this.#runs.set(run.id, run);
    // Two at each start, so that a start costs the same however many there are, and those whose log is gone do go.
    for (const [id, { result }] of this.#runs.entries().take(2)) {
      if (result !== null && !this.#ports.eventLog.isHeld(id)) this.#runs.delete(id);
    }
  }
}
