import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { type Database, createStores } from './database.ts';
import { migrate } from './migrate.ts';
import { createPrivateFile, prepareDataDir } from './prepare-data-dir.ts';
import type { Schema } from './schema.ts';
import { openSqliteConnection } from './sqlite/sqlite-connection.ts';
import { createSqliteDialect } from './sqlite/sqlite-dialect.ts';

/** `synchronous = full` makes a commit durable in WAL mode; the default of others, `normal`, loses the last ones with the power. */
const setup = ['pragma journal_mode = wal', 'pragma synchronous = full', 'pragma foreign_keys = on'];

/** How long a write waits for another process's: a command beside the server, or the migration of one that starts. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens `DATA_DIR/sluice.db`, made and migrated when needed. Disposing answers what was asked before, then closes.
 * @throws {Error} when it cannot be opened, or was made by a newer version
 */
export async function openDatabase({ dataDir }: { dataDir: string }): Promise<Database> {
  await prepareDataDir(dataDir);
  const path = join(dataDir, 'sluice.db');
  await createPrivateFile(path);
  const sqlite = await openSqliteConnection({ path, setup, busyTimeoutMs: BUSY_TIMEOUT_MS });
  const db = new Kysely<Schema>({ dialect: createSqliteDialect(sqlite) });
  try {
    await migrate(db, { kind: 'sqlite' });
  } catch (error) {
    await sqlite[Symbol.asyncDispose]();
    throw error;
  }
  return {
    ...createStores(db),
    transaction: (work) => db.transaction().execute((transaction) => work(createStores(transaction))),
    async ping() {
      await sql`select 1`.execute(db);
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}
