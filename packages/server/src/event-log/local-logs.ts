import { type RunEvent, SluiceError } from '@sluice/shared';
import { LocalLog, isBounded } from './local-log.ts';

export interface LocalLogsOptions {
  /** Bytes of all logs together; the oldest ended ones go first. Running ones are never cut for it: no new ones begin. */
  maxBytes: number;
  /** Bytes of one run. */
  maxRunBytes?: number;
  maxRunEvents?: number;
  /** How long a log outlives its run. */
  keepEndedMs?: number;
  /** Told of each that is forgotten. */
  onDrop?: (runId: string) => void;
}

/** The logs that this process has in memory, bounded in bytes, events and time. */
export class LocalLogs implements Disposable {
  readonly #options: Required<LocalLogsOptions>;
  /** In the order in which the runs began; ended ones are evicted from the front. */
  readonly #logs = new Map<string, LocalLog>();
  /** Of the ended ones. */
  readonly #expiries = new Map<string, NodeJS.Timeout>();
  #bytes = 0;

  constructor(options: LocalLogsOptions) {
    this.#options = {
      maxRunBytes: 16 * 1024 * 1024,
      maxRunEvents: 500_000,
      keepEndedMs: 5 * 60_000,
      onDrop: () => {},
      ...options,
    };
  }

  /** Of all of them, about. */
  get bytes(): number {
    return this.#bytes;
  }

  get(runId: string): LocalLog | undefined {
    return this.#logs.get(runId);
  }

  /** @throws {SluiceError} `unavailable` when the memory for logs is full of running ones */
  open(runId: string): LocalLog {
    this.#makeRoom();
    if (this.#bytes >= this.#options.maxBytes) {
      throw new SluiceError('unavailable', {
        detail: 'All memory for running answers is in use',
        retryAfterMs: 5000,
      });
    }
    const log = new LocalLog();
    this.#logs.set(runId, log);
    return log;
  }

  /**
   * Adds events that nobody is shown yet: all of them, or none.
   * @throws {SluiceError} `output_too_large` when the run's log is full
   */
  append(runId: string, log: LocalLog, events: readonly RunEvent[]): void {
    if (log.isComplete) throw new Error(`run ${runId} has ended; nothing can follow run-end`);
    const jsons = events.map((event) => JSON.stringify(event));
    const isLast = events.some(({ type }) => type === 'run-end');
    if (isBounded(events)) this.#refuseOverflow(log, jsons);
    const bytesBefore = log.bytes;
    log.append(jsons, isLast);
    if (isLast) this.#keep(runId);
    this.#bytes += log.bytes - bytesBefore;
    this.#makeRoom();
  }

  /** Forgets one, whether it has ended or not. Followers that still read it keep it alive for themselves, and are given the rest. */
  drop(runId: string): void {
    const log = this.#logs.get(runId);
    if (log === undefined) return;
    clearTimeout(this.#expiries.get(runId));
    this.#expiries.delete(runId);
    this.#logs.delete(runId);
    this.#bytes -= log.bytes;
    this.#options.onDrop(runId);
  }

  [Symbol.dispose](): void {
    for (const expiry of this.#expiries.values()) clearTimeout(expiry);
    this.#logs.clear();
  }

  #refuseOverflow(log: LocalLog, jsons: readonly string[]): void {
    const { maxRunBytes, maxRunEvents } = this.#options;
    let bytes = log.bytes;
    for (const json of jsons) bytes += json.length;
    if (bytes > maxRunBytes || log.lastSeq + jsons.length > maxRunEvents)
      throw new SluiceError('output_too_large');
  }

  /** For those who come back, or come late. */
  #keep(runId: string): void {
    const expiry = setTimeout(() => this.drop(runId), this.#options.keepEndedMs);
    expiry.unref();
    this.#expiries.set(runId, expiry);
  }

  #makeRoom(): void {
    if (this.#bytes < this.#options.maxBytes || this.#expiries.size === 0) return;
    for (const [runId, log] of this.#logs) {
      if (!log.isComplete) continue;
      this.drop(runId);
      if (this.#bytes < this.#options.maxBytes) return;
    }
  }
}
