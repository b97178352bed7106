import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { openSqliteConnection } from './sqlite-connection.ts';

interface Sweep {
  db: Kysely<Schema>;
  /** Of the database's file. */
  path: string;
}

/** Pages that one transaction writes: others wait for some ten milliseconds. */
const STEP_PAGES = 64;
const PAUSE_MS = 60_000;
/** A sweep writes all of the index: how many times its own length passes before the next, at least. */
const PAUSES = 20;

/**
 * Takes the words of what was deleted out of SQLite's file, within some minutes: the search index only marks its rows as deleted, and
 * what is overwritten stays in the log of writes until that is. Disposing waits for the step that is under way.
 */
export function startSweeping(sweep: Sweep): AsyncDisposable {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let hasLog = false;
  const work = async () => {
    hasLog = (await sweepSearch(sweep.db, stop.signal)) || hasLog;
    if (hasLog && !stop.signal.aborted) hasLog = !(await emptyLog(sweep.path));
  };
  const wait = (pauseMs: number) => {
    timer = setTimeout(run, pauseMs);
    timer.unref();
  };
  const run = () => {
    const start = performance.now();
    // What fails now, on a full disk for one, is done the next time.
    running = work()
      .catch(() => undefined)
      .finally(() => {
        if (!stop.signal.aborted) wait(Math.max(PAUSE_MS, PAUSES * (performance.now() - start)));
      });
  };
  wait(PAUSE_MS);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

/**
 * Writes the index anew, without what was deleted, a little at a time.
 * @returns whether there was anything
 */
async function sweepSearch(db: Kysely<Schema>, signal: AbortSignal): Promise<boolean> {
  if (!(await hasDeleted(db))) return false;
  // The first one begins a merge of all there is, the others go on with it: https://sqlite.org/fts5.html#the_merge_command
  let hasMore = await mergePages(db, -STEP_PAGES);
  while (hasMore && !signal.aborted) hasMore = await mergePages(db, STEP_PAGES);
  return true;
}

/** Marks of deleted rows are pages of their own, beyond all others (FTS5_TOMBSTONE_ROWID in SQLite's fts5_index.c). */
async function hasDeleted(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql`select 1 from search_index_data where id >= (65536 << 37) limit 1`.execute(db);
  return rows.length > 0;
}

/** @returns whether there was anything to merge */
function mergePages(db: Kysely<Schema>, pages: number): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const before = await countChanges(transaction);
    await sql`insert into search_index (search_index, rank) values ('merge', ${pages})`.execute(transaction);
    return (await countChanges(transaction)) - before >= 2;
  });
}

async function countChanges(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ changes: number }>`select total_changes() as changes`.execute(db);
  return rows[0]?.changes ?? 0;
}

/** On a connection that waits for nobody, as nobody may wait for it. @returns whether nobody was in the way */
async function emptyLog(path: string): Promise<boolean> {
  await using sqlite = await openSqliteConnection({ path, setup: [], busyTimeoutMs: 0 });
  const { rows } = await sqlite.query('pragma wal_checkpoint(truncate)');
  return rows[0]?.['busy'] === 0;
}
