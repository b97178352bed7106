import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Database, type OpenConnections, type Stores, createStores } from './database.ts';
import { isConflict } from './is-conflict.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { prepareDataDir } from './prepare-data-dir.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';

export interface DatabaseLocation {
  dataDir: string;
  /** Of a Postgres; SQLite in `dataDir` when there is none. */
  databaseUrl?: string | undefined;
}

/** A database that has not said anything for so long is not there. */
const PING_MS = 2000;
/** Of a transaction that another one was in the way of. */
const MAX_ATTEMPTS = 5;

/**
 * Opens the database, made and migrated when needed. Disposing answers what was asked before, then closes; a Postgres
 * that takes longer than two seconds is left.
 * @throws {Error} in words for the terminal when it cannot be opened, or was made by a newer version
 */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  return createDatabase(await openConnections(location));
}

/** @param isPatient without limits of time for one statement */
export async function openConnections(
  { dataDir, databaseUrl }: DatabaseLocation,
  { isPatient = false }: { isPatient?: boolean } = {},
): Promise<OpenConnections> {
  await prepareDataDir(dataDir);
  return databaseUrl === undefined ? openSqlite(dataDir) : openPostgres(databaseUrl, { isPatient });
}

export function createDatabase(connections: OpenConnections): Database {
  const { reader } = connections;
  return {
    ...createStores(connections),
    transaction: (work) => transact(connections, work),
    async ping() {
      const silence = Promise.withResolvers<never>();
      const timer = setTimeout(() => silence.reject(new Error('the database does not answer')), PING_MS);
      await Promise.race([sql`select 1`.execute(reader), silence.promise]).finally(() => clearTimeout(timer));
    },
    async [Symbol.asyncDispose]() {
      // What was asked just now is still on its way to a connection.
      await setImmediate();
      await connections[Symbol.asyncDispose]();
    },
  };
}

async function transact<Result>(
  { db, kind }: OpenConnections,
  work: (stores: Stores) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db
        .transaction()
        .execute((transaction) => work(createStores({ db: transaction, reader: transaction, kind })));
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}
