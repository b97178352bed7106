import { Kysely, sql } from 'kysely';
import type { OpenConnections } from '../database.ts';
import { migrate } from '../migrate.ts';
import type { Schema } from '../schema.ts';
import { toStartFailure } from './describe-postgres.ts';
import { createPostgresDialect } from './postgres-dialect.ts';
import { type PostgresPool, openPostgresPool } from './postgres-pool.ts';

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

/**
 * A database as it is, for as long as its reading takes.
 * @throws {Error} in words for the terminal when it cannot be reached
 */
export async function openPostgresAsItIs(url: string): Promise<OpenConnections> {
  const connections = connect(openPostgresPool(url, { isPatient: true }));
  try {
    await sql`select 1`.execute(connections.db);
    return connections;
  } catch (error) {
    await connections[Symbol.asyncDispose]();
    throw toStartFailure(error, url);
  }
}

/** @param pool of a database that is migrated, and its own from now on */
export function connect(pool: PostgresPool): OpenConnections {
  const db = new Kysely<Schema>({ dialect: createPostgresDialect(pool) });
  return {
    db,
    reader: db,
    kind: 'postgres',
    async [Symbol.asyncDispose]() {
      await db.destroy();
      // Of one that was never asked, too.
      await pool.end();
    },
  };
}
