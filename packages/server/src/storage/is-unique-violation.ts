import { sqlStateOf } from './postgres/sql-state.ts';
import { SqliteError } from './sqlite/sqlite-error.ts';

/** https://sqlite.org/rescode.html: SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE. */
const SQLITE_UNIQUE: readonly unknown[] = [1555, 2067];
/** https://www.postgresql.org/docs/current/errcodes-appendix.html: unique_violation. */
const POSTGRES_UNIQUE = '23505';

/** @returns whether a write was refused because a row with the same key exists */
export function isUniqueViolation(error: unknown): boolean {
  if (error instanceof SqliteError) return SQLITE_UNIQUE.includes(error.errcode);
  return sqlStateOf(error) === POSTGRES_UNIQUE;
}
