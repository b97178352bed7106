import { SluiceError } from '@sluice/shared';
import type { EventLog, LoggedEvent, ReadOptions, RunLog } from './event-log.ts';
import { LocalLogs, type LocalLogsOptions } from './local-logs.ts';

/** The event log of a single process: what is appended is shown at once. */
export class MemoryEventLog implements EventLog, Disposable {
  readonly #logs: LocalLogs;

  constructor(options: LocalLogsOptions) {
    this.#logs = new LocalLogs(options);
  }

  get bytes(): number {
    return this.#logs.bytes;
  }

  open(runId: string): RunLog {
    const log = this.#logs.open(runId);
    return {
      append: (events) => {
        if (this.#logs.get(runId) !== log) return;
        this.#logs.append(runId, log, events);
        log.show(log.lastSeq);
      },
      [Symbol.dispose]: () => {
        if (log.lastSeq === 0) this.#logs.drop(runId);
      },
    };
  }

  read(runId: string, options: ReadOptions): AsyncIterable<readonly LoggedEvent[]> {
    return this.#logs.get(runId)?.read(options) ?? expired;
  }

  isHeld(runId: string): boolean {
    return this.#logs.get(runId) !== undefined;
  }

  async position(runId: string) {
    return this.#logs.get(runId)?.position;
  }

  async drop(runId: string): Promise<void> {
    if (this.#logs.get(runId)?.isComplete === true) this.#logs.drop(runId);
  }

  abandon(runId: string, failure: SluiceError): void {
    this.#logs.get(runId)?.cut(failure);
    this.#logs.drop(runId);
  }

  async settled(): Promise<void> {}

  [Symbol.dispose](): void {
    this.#logs[Symbol.dispose]();
  }
}

const expired: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new SluiceError('run_expired')) }),
};
