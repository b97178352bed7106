import { SqliteError } from './sqlite/sqlite-error.ts';

/** https://sqlite.org/rescode.html: SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE. */
const SQLITE_UNIQUE: readonly unknown[] = [1555, 2067];

/** @returns whether a write was refused because a row with the same key exists */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof SqliteError && SQLITE_UNIQUE.includes(error.errcode);
}
