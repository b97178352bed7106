import { SluiceError } from '@sluice/shared';
import { Kysely } from 'kysely';
import type { OpenConnections } from '../database.ts';
import { migrate } from '../migrate.ts';
import type { Schema } from '../schema.ts';
import { createPostgresDialect } from './postgres-dialect.ts';
import { type PostgresPool, openPostgresPool } from './postgres-pool.ts';
import { sqlStateOf } from './sql-state.ts';

/**
 * The database of a URL, migrated when needed.
 * @throws {Error} in words for the terminal, without the URL's password, when it cannot be reached; or was made by a newer version
 */
export async function openPostgres(
  url: string,
  { isPatient = false }: { isPatient?: boolean } = {},
): Promise<OpenConnections> {
  try {
    await using migrating = connect(openPostgresPool(url, { isPatient: true }));
    await migrate(migrating.db, { kind: 'postgres' });
  } catch (error) {
    throw toStartFailure(error, url);
  }
  return connect(openPostgresPool(url, { isPatient }));
}

/** @param pool of a database that is migrated, and its own from now on */
export function connect(pool: PostgresPool): OpenConnections {
  const db = new Kysely<Schema>({ dialect: createPostgresDialect(pool) });
  return { db, reader: db, kind: 'postgres', [Symbol.asyncDispose]: () => pool.end() };
}

/** Names host and database alone: the rest of a URL may be secret. */
export function describePostgres(url: string): string {
  const { host, pathname, searchParams } = new URL(url.replace('@/', '@localhost/'));
  return `${searchParams.get('host') ?? (host || 'localhost')}${pathname}`;
}

/** What the driver or the server said, in a line of the terminal; anything else is a fault of ours, and passed on as it is. */
export function toStartFailure(error: unknown, url: string): unknown {
  const cause = error instanceof SluiceError ? error.cause : error;
  if (!(error instanceof SluiceError) && sqlStateOf(cause) === undefined) return error;
  const [first = cause]: unknown[] = cause instanceof AggregateError ? cause.errors : [];
  const reason = first instanceof Error ? first.message : String(first);
  return new Error(`the database at ${describePostgres(url)} cannot be opened: ${reason}`, { cause: error });
}
