import { join } from 'node:path';
import { Kysely } from 'kysely';
import type { OpenConnections } from '../database.ts';
import { migrate } from '../migrate.ts';
import { migrations } from '../migrations.ts';
import { createPrivateFile } from '../prepare-data-dir.ts';
import type { Schema } from '../schema.ts';
import { backUpBeforeMigration } from './back-up-before-migration.ts';
import { openSqliteConnection } from './sqlite-connection.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { SqliteError } from './sqlite-error.ts';
import { startSweeping } from './sweep-search.ts';

/** `synchronous = full` makes a commit durable in WAL mode; the default of others, `normal`, loses the last ones with the power. */
const writerSetup = [
  'pragma journal_mode = wal',
  'pragma synchronous = full',
  'pragma foreign_keys = on',
  // What is deleted is overwritten; what the search index has of it, by the sweep below.
  'pragma secure_delete = on',
];
const readerSetup = ['pragma query_only = on'];

/** How long a write waits for another process's: a command beside the server, or the migration of one that starts. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * `DATA_DIR/sluice.db`, made and migrated when needed, in two threads: one that writes, one that only reads.
 * @throws {Error} when it cannot be opened, or was made by a newer version
 */
export async function openSqlite(dataDir: string, list = migrations): Promise<OpenConnections> {
  const path = join(dataDir, 'sluice.db');
  await createPrivateFile(path);
  await using stack = new AsyncDisposableStack();
  const open = async (setup: readonly string[]) => {
    const sqlite = stack.use(await openFile(path, setup));
    const isReader = setup === readerSetup;
    const db = new Kysely<Schema>({ dialect: createSqliteDialect(sqlite, { isReader }) });
    stack.defer(() => db.destroy());
    return db;
  };
  const db = await open(writerSetup);
  await backUpBeforeMigration(db, { dataDir, list });
  await migrate(db, { kind: 'sqlite', list });
  const reader = await open(readerSetup);
  stack.use(startSweeping({ db, path }));
  const owned = stack.move();
  return { db, reader, kind: 'sqlite', [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** An existing file, to be read alone; nothing of it is changed. */
export async function openSqliteAsItIs(path: string): Promise<OpenConnections> {
  const sqlite = await openFile(path, readerSetup);
  const db = new Kysely<Schema>({ dialect: createSqliteDialect(sqlite, { isReader: true }) });
  return { db, reader: db, kind: 'sqlite', [Symbol.asyncDispose]: () => sqlite[Symbol.asyncDispose]() };
}

/** https://sqlite.org/rescode.html: CORRUPT and NOTADB. */
const SQLITE_DAMAGED = [11, 26];

async function openFile(path: string, setup: readonly string[]) {
  try {
    return await openSqliteConnection({
      path,
      // Nothing of the file is looked at before it is asked for something.
      setup: [...setup, 'select count(*) from sqlite_schema'],
      busyTimeoutMs: BUSY_TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof SqliteError && SQLITE_DAMAGED.includes((error.errcode ?? 0) & 0xff))) throw error;
    const says = `${path} is damaged, or no database of SQLite (${error.message}): put it aside, with its -wal and -shm, and restore a backup`;
    throw new Error(says, { cause: error });
  }
}
