import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { OpenConnections } from './database.ts';
import { openForDump } from './dump/open-for-dump.ts';
import { listPending } from './migrate.ts';
import type { DatabaseLocation } from './open-database.ts';
import { describePostgres } from './postgres/describe-postgres.ts';
import { createUserStore } from './user-store.ts';

/** What is to be said of a database that is as it should be, or nearly. */
export interface DatabaseState {
  /** Without user and password. */
  name: string;
  /** Of the server that it is at, as in 15.4; undefined for a file. */
  version: string | undefined;
  bytes: number;
  /** Migrations that the next start applies; of a database that no server has used yet, all. */
  pending: number;
  hasAdmin: boolean;
  /** Whether it takes writes, as far as it says. */
  isWritable: boolean;
  /** By its own clock, epoch ms; undefined for a file. */
  now: number | undefined;
}

/**
 * Looks at a database as it is, beside a server that may be using it; nothing of it is changed, and none is made.
 * @throws {Error} in words for the terminal when there is none, it cannot be read, or a newer version made it
 */
export async function inspectDatabase(location: DatabaseLocation): Promise<DatabaseState> {
  await using connections = await openForDump(location);
  const [{ pending, hasAdmin }, server] = [await readSchema(connections), await readServer(connections)];
  if (location.databaseUrl !== undefined) {
    return { name: `Postgres at ${describePostgres(location.databaseUrl)}`, pending, hasAdmin, ...server };
  }
  const path = join(location.dataDir, 'sluice.db');
  const logBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return { name: path, pending, hasAdmin, ...server, bytes: statSync(path).size + logBytes };
}

async function readSchema(connections: OpenConnections): Promise<{ pending: number; hasAdmin: boolean }> {
  const { db } = connections;
  const tables = await db.introspection.getTables();
  if (!tables.some(({ name }) => name === 'schema_migrations')) return { pending: 1, hasAdmin: false };
  const pending = (await listPending(db)).length;
  const hasUsers = tables.some(({ name }) => name === 'users');
  return { pending, hasAdmin: hasUsers && (await createUserStore(db).hasAdmin()) };
}

type ServerState = Pick<DatabaseState, 'version' | 'bytes' | 'isWritable' | 'now'>;

async function readServer({ db, kind }: OpenConnections): Promise<ServerState> {
  if (kind === 'sqlite') return { version: undefined, bytes: 0, isWritable: true, now: undefined };
  const { rows } = await sql<{ version: string; bytes: string; read_only: string; now: string }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
      current_setting('transaction_read_only') as read_only,
      extract(epoch from clock_timestamp()) * 1000 as now`.execute(db);
  const [row] = rows;
  return {
    version: row?.version,
    bytes: Number(row?.bytes),
    isWritable: row?.read_only === 'off',
    now: Number(row?.now),
  };
}
