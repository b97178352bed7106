import type { SQLInputValue } from 'node:sqlite';

/** What the worker opens; sent once, as its workerData. */
export interface SqliteFile {
  path: string;
  /** Run once after opening, in order. */
  setup: readonly string[];
  /** How long another process's lock is waited for; 0 refuses at once. */
  busyTimeoutMs: number;
}

export interface SqliteStatement {
  sql: string;
  parameters: SQLInputValue[];
}

/** To the worker. Answers come in the order of the requests, one each; the first message of all answers the opening. */
export type SqliteRequest =
  | ({ type: 'query' } & SqliteStatement)
  /** Statements that stand alone, each as if nobody else's were there; written to the disk together. */
  | { type: 'group'; statements: SqliteStatement[] }
  /** Does nothing when SQLite has rolled back by itself, as it does when the disk is full. */
  | { type: 'rollback' }
  /** The last request: an open transaction is rolled back, and the thread ends. */
  | { type: 'close' };

export interface SqliteResult {
  type: 'result';
  rows: Record<string, unknown>[];
  changes: number;
}

export type SqliteOutcome = SqliteResult | { type: 'failure'; message: string; errcode?: number };

/** From the worker. */
export type SqliteResponse = SqliteOutcome | { type: 'group'; outcomes: SqliteOutcome[] };
