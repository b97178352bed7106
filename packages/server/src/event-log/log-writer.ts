import type { LocalLog } from './local-log.ts';
import type { LogStore } from './log-store.ts';

const RETRY_MS = 500;
/** As long as the log of a run that has ended is kept in memory: what a store never takes is given up then. */
const MAX_RETRIES = 600;

export interface LogWriterPorts {
  store: LogStore;
  runId: string;
  /** Stands in the store's log for this process. */
  writer: string;
  local: LocalLog;
  /** Whether it is sure that no other process has the log, though the store cannot say so. */
  isSurelyOwn: () => boolean;
  /** Called once another process has the log. */
  onLost: () => void;
  onFailure: (error: unknown) => void;
}

/**
 * Brings one run's events to where every process sees them: at once when nothing is under way, else together when it has arrived.
 * Followers here are shown what has arrived; while the store is away, all there is, unless the log may be another's by now.
 * What a store that is there refuses is held back, and sent again.
 */
export class LogWriter {
  readonly #ports: LogWriterPorts;
  /** What the store has. */
  #storedSeq = 0;
  #isSending = false;
  #isLost = false;
  #settled: (() => void)[] = [];
  #retry: NodeJS.Timeout | undefined;
  /** Since the store last took something. */
  #failures = 0;

  constructor(ports: LogWriterPorts) {
    this.#ports = ports;
  }

  /** Whether the log is another process's by now. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Sends what was appended; never waits. */
  flush(): void {
    if (!this.#ports.store.isAvailable) this.#showAll();
    else if (!this.#isSending && this.#retry === undefined) void this.#send();
  }

  /** Sends again what a store that was away, or refused it, has not. */
  async restore(): Promise<void> {
    const { store, runId } = this.#ports;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    try {
      const position = await store.position(runId);
      this.#storedSeq = Math.min(this.#storedSeq, position?.lastSeq ?? 0);
      this.flush();
    } catch {
      this.#goOnWithout();
    }
  }

  /** Nothing more is sent. */
  abandon(): void {
    this.#isLost = true;
    clearTimeout(this.#retry);
  }

  /** Resolves once nothing is under way. */
  async settled(): Promise<void> {
    if (this.#isSending) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  async #send(): Promise<void> {
    const { local, onFailure } = this.#ports;
    this.#isSending = true;
    try {
      while (this.#storedSeq < local.lastSeq && !this.#isLost) await this.#sendBatch();
    } catch (error) {
      onFailure(error);
      this.#goOnWithout();
    } finally {
      this.#isSending = false;
      for (const settle of this.#settled.splice(0)) settle();
    }
  }

  /** A store that is away tells when it is back; one that is there has to be asked again. */
  #goOnWithout(): void {
    if (!this.#ports.store.isAvailable) return this.#showAll();
    this.#failures += 1;
    if (this.#isLost || this.#failures > MAX_RETRIES) return;
    this.#retry ??= setTimeout(() => void this.restore(), RETRY_MS).unref();
  }

  #showAll(): void {
    const { local, isSurelyOwn } = this.#ports;
    if (!this.#isLost && isSurelyOwn()) local.show(local.lastSeq);
  }

  async #sendBatch(): Promise<void> {
    const { store, runId, writer, local, onLost } = this.#ports;
    const after = this.#storedSeq;
    const jsons = local.batchAfter(after).map(({ json }) => json);
    const isLast = local.isComplete && after + jsons.length === local.lastSeq;
    const appended = await store.append(runId, writer, { after, jsons, isLast });
    if (this.#isLost) return;
    this.#failures = 0;
    if (appended.isTaken) {
      this.#storedSeq = appended.lastSeq;
      local.show(this.#storedSeq);
    } else {
      this.#isLost = true;
      onLost();
    }
  }
}
