import type { SQLInputValue } from 'node:sqlite';

/** What the worker opens; sent once, as its workerData. */
export interface SqliteFile {
  path: string;
  /** Run once after opening, in order. */
  setup: readonly string[];
  /** How long another process's lock is waited for; 0 refuses at once. */
  busyTimeoutMs: number;
}

/** To the worker. Answers come in the order of the requests, one each; the first message of all answers the opening. */
export type SqliteRequest =
  | { type: 'query'; sql: string; parameters: SQLInputValue[] }
  /** Does nothing when SQLite has rolled back by itself, as it does when the disk is full. */
  | { type: 'rollback' }
  /** The last request: an open transaction is rolled back, and the thread ends. */
  | { type: 'close' };

/** From the worker. */
export type SqliteResponse =
  | { type: 'result'; rows: Record<string, unknown>[]; changes: number }
  | { type: 'failure'; message: string; errcode?: number };
