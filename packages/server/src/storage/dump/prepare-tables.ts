import { sql } from 'kysely';
import type { Connections } from '../database.ts';
import { applyMigrations } from '../migrate.ts';
import { migrations } from '../migrations.ts';
import { type DumpHeader, dumpedTables, undumpedTables } from './dump-format.ts';

/** If one of these has a row, somebody uses the database. */
const usedTables = ['users', 'conversations', 'runs'] as const;

/**
 * Empties a database that nobody uses yet, and gives it the tables that the backup's rows came from.
 * @throws {Error} in words for the terminal when somebody does use it, or the backup's tables are not known
 */
export async function prepareTables(connections: Connections, header: DumpHeader): Promise<void> {
  const { db, kind } = connections;
  for (const table of usedTables) {
    const row = await db.selectFrom(table).select('id').limit(1).executeTakeFirst();
    if (row === undefined) continue;
    throw new Error(`the database is in use, there are ${table} in it: restore into an empty one`);
  }
  const last = migrations.findIndex(({ name }) => name === header.schema);
  if (last === -1) {
    throw new Error(
      `the backup was written by a newer version of Sluice (${header.version}, with ${header.schema}): upgrade this one`,
    );
  }
  const tables = [...[...dumpedTables].reverse().map(({ name }) => name), ...undumpedTables];
  for (const table of tables) await sql`delete from ${sql.table(table)}`.execute(db);
  if (last === migrations.length - 1) return;
  const virtual = kind === 'sqlite' ? ['search_index'] : [];
  const all = ['refresh_tokens', 'sessions', ...virtual, ...tables, 'schema_migrations'];
  for (const table of all) await sql`drop table if exists ${sql.table(table)}`.execute(db);
  await applyMigrations(db, { kind, list: migrations.slice(0, last + 1) });
}
