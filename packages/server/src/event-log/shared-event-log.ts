import { type RunEvent, SluiceError } from '@sluice/shared';
import type { Logger } from '../observability/logger.ts';
import type { LoggedEvent, ReadOptions, RunLog, SharedLog } from './event-log.ts';
import { followStored } from './follow-stored.ts';
import type { LocalLog } from './local-log.ts';
import { LocalLogs, type LocalLogsOptions } from './local-logs.ts';
import type { LogStore } from './log-store.ts';
import { LogWriter } from './log-writer.ts';

export interface SharedEventLogOptions extends LocalLogsOptions {
  store: LogStore;
  /** Whether it is sure that no other process takes this one for dead: asked while the store is lost. */
  isSurelyAlive: () => boolean;
  logger: Logger;
}

/**
 * The event log of many processes: each has the logs of its own runs in memory too, and shows of them what the store has. Should
 * the store be lost, followers of a run in its own process go on from there, and what the store misses is sent when it is back.
 */
export class SharedEventLog implements SharedLog, Disposable {
  readonly #store: LogStore;
  readonly #logger: Logger;
  readonly #isSurelyAlive: () => boolean;
  readonly #logs: LocalLogs;
  readonly #writers = new Map<string, LogWriter>();
  /** What stands in the store for this process. */
  readonly #name = crypto.randomUUID();
  #onLost: (runId: string) => void = () => {};

  constructor({ store, logger, isSurelyAlive, ...options }: SharedEventLogOptions) {
    this.#store = store;
    this.#logger = logger;
    this.#isSurelyAlive = isSurelyAlive;
    this.#logs = new LocalLogs({ ...options, onDrop: (runId) => this.#writers.delete(runId) });
    store.onRecovery(() => {
      for (const writer of this.#writers.values()) void writer.restore();
    });
  }

  get isAvailable(): boolean {
    return this.#store.isAvailable;
  }

  get bytes(): number {
    return this.#logs.bytes;
  }

  open(runId: string): RunLog {
    if (!this.#store.isAvailable) {
      throw new SluiceError('unavailable', {
        detail: 'Redis is away; answers cannot begin',
        retryAfterMs: 2000,
      });
    }
    const local = this.#logs.open(runId);
    const writer = this.#createWriter(runId, local);
    this.#writers.set(runId, writer);
    return {
      append: (events) => {
        if (writer.isLost) return;
        this.#logs.append(runId, local, events);
        writer.flush();
      },
      [Symbol.dispose]: () => {
        if (local.lastSeq === 0) this.#logs.drop(runId);
      },
    };
  }

  read(runId: string, options: ReadOptions): AsyncIterable<readonly LoggedEvent[]> {
    const local = this.#logs.get(runId);
    const isHere = local !== undefined && options.after <= local.position.lastSeq;
    return isHere ? local.read(options) : followStored(this.#store, runId, options);
  }

  isHeld(runId: string): boolean {
    return this.#logs.get(runId) !== undefined;
  }

  async position(runId: string, after = 0) {
    const local = this.#logs.get(runId)?.position;
    // One who has seen more has seen it elsewhere: another process has the log.
    return local !== undefined && after <= local.lastSeq ? local : this.#store.position(runId);
  }

  async drop(runId: string): Promise<void> {
    if (this.#logs.get(runId)?.isComplete === false) return;
    this.#logs.drop(runId);
    await this.#store.drop(runId);
  }

  async settled(): Promise<void> {
    await Promise.all(Array.from(this.#writers.values(), (writer) => writer.settled()));
  }

  async takeOver(runId: string): Promise<readonly RunEvent[]> {
    await this.#store.takeOver(runId, this.#name);
    const taken: RunEvent[] = [];
    for (let lastSeq = 0; ;) {
      const { events, isLast } = await this.#store.read(runId, lastSeq);
      for (const { json } of events) taken.push(JSON.parse(json) as RunEvent);
      if (isLast || events.length === 0) return taken;
      lastSeq = events.at(-1)?.seq ?? lastSeq;
    }
  }

  async finish(runId: string, last: readonly RunEvent[]): Promise<void> {
    const { lastSeq, hasEnded } = await this.#store.takeOver(runId, this.#name);
    if (hasEnded) return;
    const jsons = last.map((event) => JSON.stringify(event));
    await this.#store.append(runId, this.#name, { after: lastSeq, jsons, isLast: true });
  }

  countFollowersElsewhere(runId: string): Promise<number> {
    return this.#store.countWatchers(runId);
  }

  abandon(runId: string, failure: SluiceError): void {
    this.#writers.get(runId)?.abandon();
    this.#logs.get(runId)?.cut(failure);
    this.#logs.drop(runId);
  }

  onLost(lost: (runId: string) => void): void {
    this.#onLost = lost;
  }

  [Symbol.dispose](): void {
    this.#logs[Symbol.dispose]();
  }

  #createWriter(runId: string, local: LocalLog): LogWriter {
    return new LogWriter({
      store: this.#store,
      runId,
      writer: this.#name,
      local,
      isSurelyOwn: this.#isSurelyAlive,
      onLost: () => this.#onLost(runId),
      onFailure: (error) => this.#logger.warn({ err: error, runId }, 'the log of a run could not be shared'),
    });
  }
}
