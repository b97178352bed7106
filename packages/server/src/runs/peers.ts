// In: runs of other processes that serve the same users. Out: their events, and their end when their owner asks for it.
// Never: a run ended here: its own process does that, or once that is dead, whoever finds it.
import { type StopResult } from '@sluice/shared';
import type { LoggedEvent, SharedLog } from '../event-log/event-log.ts';
import type { WakeUps } from '../event-log/wake-ups.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import type { StoredRun } from '../storage/stored-run.ts';
import { finishLog } from './finish-log.ts';
import type { Follower } from './follower.ts';

export interface PeersPorts {
  database: Database;
  sharedLog: SharedLog;
  wakeUps: WakeUps;
  logger: Logger;
}

const LOOK_MS = 1000;
/** After the end of a run by its row. */
const DEAD_PATIENCE_MS = 500;
const OWNER_PATIENCE_MS = 60_000;
const STOP_WAIT_MS = 2000;
const STOP_LOOK_MS = 50;

/** Disposing ends looking after those that are followed. */
export class Peers implements Disposable {
  readonly #ports: PeersPorts;
  readonly #followed = new Map<
    string,
    { run: StoredRun; followers: Set<Follower>; overSince: number | null }
  >();
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(ports: PeersPorts) {
    this.#ports = ports;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Those who follow runs of other processes here. */
  get followers(): Follower[] {
    return Array.from(this.#followed.values()).flatMap(({ followers }) => [...followers]);
  }

  /** Whether a run of this process is followed in another; not, when there is no way to know. */
  async isFollowedElsewhere(runId: string): Promise<boolean> {
    return this.#ports.sharedLog.countFollowersElsewhere(runId).then(
      (count) => count > 0,
      () => false,
    );
  }

  /** Those of a user that go on in any process. */
  listRunning(userId: string): Promise<StoredRun[]> {
    return this.#ports.database.runs.listRunning(userId);
  }

  /** @param events of the run, from its log; whoever pulls them follows it until they stop */
  async *follow(
    run: StoredRun,
    events: AsyncIterable<readonly LoggedEvent[]>,
    follower: Follower,
  ): AsyncGenerator<readonly LoggedEvent[], void, undefined> {
    const entry = this.#followed.get(run.id) ?? { run, followers: new Set(), overSince: null };
    this.#followed.set(run.id, entry);
    entry.followers.add(follower);
    try {
      yield* events;
    } finally {
      entry.followers.delete(follower);
      if (entry.followers.size === 0) {
        this.#followed.delete(run.id);
        // Its grace may begin.
        this.wake(run);
      }
    }
  }

  /** Asks its process to end a run, and waits up to two seconds for it. Idempotent. */
  async stop(run: StoredRun): Promise<StopResult> {
    const { runs } = this.#ports.database;
    if (await runs.requestStop(run.id)) this.wake(run);
    for (const deadline = performance.now() + STOP_WAIT_MS; ;) {
      const result = (await runs.find(run.id, run.userId))?.result;
      if (result) {
        return { runId: run.id, state: result.reason, upstreamClosedMs: result.upstreamClosedMs };
      }
      if (performance.now() > deadline) return { runId: run.id, state: 'stopping', upstreamClosedMs: null };
      await new Promise((resolve) => setTimeout(resolve, STOP_LOOK_MS));
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Asks its process to look at a run. */
  wake({ processId, id }: StoredRun): void {
    if (processId !== null) this.#ports.wakeUps.wake(processId, id);
  }

  /** A run whose process died after it was written down as ended has a log without an end: who follows it would wait for ever. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#followed.size === 0) return;
    this.#isLooking = true;
    try {
      const { runs, processes } = this.#ports.database;
      const rows = await runs.findMany([...this.#followed.keys()]);
      const live = new Set((await processes.list()).map(({ id }) => id));
      for (const entry of this.#followed.values()) {
        const row = rows.get(entry.run.id);
        if (!row?.result) continue;
        entry.overSince ??= performance.now();
        // Its own process tells of its end, unless it has not been able to for so long that it may have forgotten.
        const patienceMs = live.has(row.processId ?? '') ? OWNER_PATIENCE_MS : DEAD_PATIENCE_MS;
        if (performance.now() - entry.overSince > patienceMs) await finishLog(this.#ports, entry.run);
      }
    } catch (error) {
      this.#ports.logger.warn({ err: error }, 'could not look after runs of other processes');
    } finally {
      this.#isLooking = false;
    }
  }
}
