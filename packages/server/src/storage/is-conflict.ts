import { SluiceError } from '@sluice/shared';
import { sqlStateOf } from './postgres/sql-state.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization_failure and deadlock_detected. */
const POSTGRES_CONFLICT: readonly unknown[] = ['40001', '40P01'];

/** @returns whether a transaction was undone because of another one, and would go through now */
export function isConflict(error: unknown): boolean {
  return error instanceof SluiceError && POSTGRES_CONFLICT.includes(sqlStateOf(error.cause));
}
