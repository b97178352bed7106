// In: a database that several processes serve. Out: this one's id while it is taken to live, and which others are.
// Never: an id that was taken for dead used again, nor another taken for dead because the database was away.
import { randomUUID } from 'node:crypto';
import type { Logger } from '../observability/logger.ts';
import type { ProcessStore } from '../storage/process-store.ts';
import type { WakeUps } from '../event-log/wake-ups.ts';
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
  /** Called twice a second, after those that are dead have been taken for that. */
  onLook: () => Promise<void>;
}

/** Disposing leaves at once. */
export interface ProcessLease extends AsyncDisposable {
  readonly processId: string;
  /** Whether no other can have taken it for dead, by its own clock. */
  readonly isFresh: boolean;
  /** Those that live, as they were a few seconds ago; with this one. */
  readonly live: readonly string[];
}

const LEASE_MS = 9000;
const RENEW_MS = 3000;
const LOOK_MS = 500;
/** Between a process that gives itself up, and others that do. */
const MARGIN_MS = 1000;
/** One that does not answer in this time is asked again. */
const ANSWER_MS = 2000;
/** So long the database must have answered before others are taken for dead: it may have been away for them too. */
const CONTACT_MS = 5000;

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
  #live: readonly string[] = [];
  #renewedAt = 0;
  #contactSince = 0;
  #listening: AsyncDisposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(ports: ProcessLeasePorts) {
    this.#ports = ports;
  }

  get processId(): string {
    return this.#processId;
  }

  get isFresh(): boolean {
    return performance.now() - this.#renewedAt < LEASE_MS - MARGIN_MS;
  }

  get live(): readonly string[] {
    return this.#live.includes(this.#processId) ? this.#live : [...this.#live, this.#processId];
  }

  async join(): Promise<void> {
    const { processes, wakeUps, onWake } = this.#ports;
    const processId = randomUUID();
    await this.#listening?.[Symbol.asyncDispose]();
    this.#listening = await wakeUps.listen(processId, onWake);
    const joinedAt = performance.now();
    await processes.join(processId, LEASE_MS);
    this.#processId = processId;
    this.#live = await processes.list();
    this.#renewedAt = joinedAt;
    this.#contactSince = this.#renewedAt;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, LOOK_MS);
    this.#timer.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#listening?.[Symbol.asyncDispose]();
    await within(ANSWER_MS, this.#ports.processes.leave(this.#processId)).catch(() => {});
  }

  async #look(): Promise<void> {
    const { logger, processes, onLook } = this.#ports;
    try {
      if (performance.now() - this.#renewedAt >= RENEW_MS) await this.#renew();
      if (performance.now() - this.#contactSince < CONTACT_MS) return;
      await processes.buryExpired();
      await onLook();
    } catch (error) {
      this.#contactSince = performance.now();
      logger.warn({ err: error }, 'the lease of this process could not be renewed');
      this.#loseIfUnseen();
    }
  }

  async #renew(): Promise<void> {
    const { processes, onLost, logger } = this.#ports;
    const askedAt = performance.now();
    const isRenewed = await within(ANSWER_MS, processes.renew(this.#processId, LEASE_MS));
    if (isRenewed === undefined) throw new Error('the database does not answer');
    if (!isRenewed) {
      logger.error('this process was taken for dead: its running answers are for others to end');
      onLost();
      await this.join();
    }
    // What stopped this process may have stopped others.
    if (askedAt - this.#renewedAt > LEASE_MS) this.#contactSince = askedAt;
    this.#renewedAt = askedAt;
    this.#live = await processes.list();
  }

  /** Out of sight of the database and of the log, nobody could tell that it lives. */
  #loseIfUnseen(): void {
    const { onLost, isSeen } = this.#ports;
    if (!this.isFresh && !isSeen()) onLost();
  }
}
