import { SluiceError } from '@sluice/shared';
import { sqlStateOf } from './postgres/sql-state.ts';
import { SqliteError } from './sqlite/sqlite-error.ts';

/** https://sqlite.org/rescode.html: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL; extended codes have these as their last byte. */
const SQLITE_UNAVAILABLE = [5, 6, 8, 10, 13, 14, 15];

/**
 * Connection lost (08), no access (28), conflict with another transaction (40001, 40P01), database missing (3D), resources used up (53),
 * lock or statement timed out (55P03, 57014), server going or gone (57P), disk fails (58), read-only (25006), transaction left idle (25P03).
 */
const POSTGRES_UNAVAILABLE = /^(08|28|3D|53|57P|58)|^(25006|25P03|40001|40P01|55P03|57014)$/;

/** What Node says of a connection that is not there, or went. */
const NODE_UNAVAILABLE =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$/;

/** What pg says of the same, without a code. */
const PG_UNAVAILABLE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered a connection error|was closed))/;

/** Names the failures that are the database's and not ours, so that callers hear that they may try again. @returns the rest as they are */
export function mapError(error: unknown): unknown {
  if (!isUnavailable(error)) return error;
  return new SluiceError(
    'unavailable',
    { detail: 'the database cannot be reached or written; try again' },
    { cause: error },
  );
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof SqliteError) return SQLITE_UNAVAILABLE.includes((error.errcode ?? 0) & 0xff);
  if (!(error instanceof Error)) return false;
  const state = sqlStateOf(error);
  if (state !== undefined) return POSTGRES_UNAVAILABLE.test(state);
  const code = 'code' in error ? String(error.code) : '';
  return NODE_UNAVAILABLE.test(code) || PG_UNAVAILABLE.test(error.message);
}
