// In: a database that several processes serve. Out: this one's id while it is taken to live, and which others are.
// Never: an id that was taken for dead used again, nor a judgement by a clock that can be set: each counts from when it last saw a beat.
import { randomUUID } from 'node:crypto';
import type { WakeUps } from '../event-log/wake-ups.ts';
import type { Logger } from '../observability/logger.ts';
import type { ProcessStore, StoredProcess } from '../storage/process-store.ts';
import { within } from './within.ts';

export interface ProcessLeasePorts {
  processes: ProcessStore;
  logger: Logger;
  wakeUps: Pick<WakeUps, 'listen'>;
  /** Called when another process asks to look at a run of this one. */
  onWake: (runId: string) => void;
  /** Called when others have taken this process for dead; or may have, for all it can know. Runs of the old id are theirs. */
  onLost: () => void;
  /** Whether followers elsewhere can still see what this process writes. */
  isSeen: () => boolean;
  /** Called twice a second, after those that are dead have been taken for that; not while it is at it. */
  onLook: () => Promise<void>;
}

/** Disposing leaves at once. */
export interface ProcessLease extends AsyncDisposable {
  readonly processId: string;
  /** Whether no other can have taken it for dead, by its own clock. */
  readonly isFresh: boolean;
  /** Those that live, as they were a moment ago; with this one. */
  readonly live: readonly string[];
}

/** One that has not beaten for so long is dead. */
const LEASE_MS = 9000;
const BEAT_MS = 3000;
const LOOK_MS = 500;
/** Between a process that gives itself up, and others that do. */
const MARGIN_MS = 1000;
/** A database that does not answer in this time is asked again. */
const ANSWER_MS = 2000;

/** @throws when the database does not let it join */
export async function startProcessLease(ports: ProcessLeasePorts): Promise<ProcessLease> {
  const lease = new Lease(ports);
  await lease.join();
  lease.start();
  return lease;
}

class Lease implements ProcessLease {
  readonly #ports: ProcessLeasePorts;
  #processId = '';
  /** As each was seen, and since when it has not beaten. */
  #seen = new Map<string, StoredProcess & { since: number }>();
  #beatenAt = 0;
  #lookedAt = 0;
  /** Its id may be another's to end: it takes a new one before anything else. */
  #isGivenUp = false;
  #listening: AsyncDisposable | undefined;
  #timers: NodeJS.Timeout[] = [];
  #beating: Promise<void> | undefined;
  #looking: Promise<void> | undefined;

  constructor(ports: ProcessLeasePorts) {
    this.#ports = ports;
  }

  get processId(): string {
    return this.#processId;
  }

  get isFresh(): boolean {
    return !this.#isGivenUp && performance.now() - this.#beatenAt < LEASE_MS - MARGIN_MS;
  }

  get live(): readonly string[] {
    return [...new Set([...this.#seen.keys(), this.#processId])];
  }

  async join(): Promise<void> {
    const { processes, wakeUps, onWake } = this.#ports;
    const processId = randomUUID();
    await this.#listening?.[Symbol.asyncDispose]();
    this.#listening = await wakeUps.listen(processId, onWake);
    const joinedAt = performance.now();
    await inTime(processes.join(processId));
    this.#processId = processId;
    this.#beatenAt = joinedAt;
    this.#isGivenUp = false;
    this.#see(await inTime(processes.list()));
  }

  start(): void {
    // Apart: a beat waits for nothing that is done about the dead.
    const beat = () => (this.#beating ??= this.#beat().finally(() => (this.#beating = undefined)));
    const look = () => (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
    this.#timers = [setInterval(() => void beat(), LOOK_MS), setInterval(() => void look(), LOOK_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await within(ANSWER_MS, Promise.all([this.#beating, this.#looking]));
    await this.#listening?.[Symbol.asyncDispose]();
    await within(ANSWER_MS, this.#ports.processes.leave(this.#processId)).catch(() => {});
  }

  async #beat(): Promise<void> {
    const { processes, isSeen, logger } = this.#ports;
    if (this.isFresh && performance.now() - this.#beatenAt < BEAT_MS) return;
    try {
      const askedAt = performance.now();
      if (!this.#isGivenUp && (await inTime(processes.beat(this.#processId)))) {
        this.#beatenAt = askedAt;
        return;
      }
      this.#giveUp();
      await inTime(processes.leave(this.#processId));
      await this.join();
    } catch (error) {
      logger.warn({ err: error }, 'this process could not say that it lives');
      // Out of sight of the database and of the log, nobody could tell that it does.
      if (!this.isFresh && !isSeen()) this.#giveUp();
    }
  }

  #giveUp(): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#ports.logger.error('this process may be taken for dead: its running answers are for others to end');
    this.#ports.onLost();
  }

  async #look(): Promise<void> {
    const { processes, onLook, logger } = this.#ports;
    try {
      const now = performance.now();
      // What stopped this process, or kept it from the database, may have done so to others.
      if (now - this.#lookedAt > ANSWER_MS) this.#seen.clear();
      const listed = await inTime(processes.list());
      this.#see(listed);
      this.#lookedAt = now;
      const dead = [...this.#seen.values()].filter(
        ({ id, since }) => id !== this.#processId && now - since > LEASE_MS,
      );
      for (const process of dead) {
        await inTime(processes.bury(process));
        this.#seen.delete(process.id);
      }
    } catch (error) {
      this.#seen.clear();
      logger.warn({ err: error }, 'the other processes could not be looked at');
      return;
    }
    await onLook().catch((error: unknown) => {
      logger.warn({ err: error }, 'what dead processes have left could not be looked at');
    });
    this.#lookedAt = performance.now();
  }

  #see(listed: readonly StoredProcess[]): void {
    const now = performance.now();
    const sinceOf = ({ id, beats }: StoredProcess) => {
      const before = this.#seen.get(id);
      return before?.beats === beats ? before.since : now;
    };
    this.#seen = new Map(listed.map((process) => [process.id, { ...process, since: sinceOf(process) }]));
  }
}

/** @throws when the database does not answer in time */
async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const got = await within(
    ANSWER_MS,
    answer.then((value) => ({ value })),
  );
  if (got === undefined) throw new Error('the database does not answer');
  return got.value;
}
