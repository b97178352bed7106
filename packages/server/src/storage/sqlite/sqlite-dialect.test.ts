import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeDataDir } from '../data-dir.fixture.ts';
import { prepareDataDir } from '../prepare-data-dir.ts';
import { type SqliteConnection, openSqliteConnection } from './sqlite-connection.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

interface Items {
  item: { id: number; text: string };
}

/** How many statements went together, group by group. */
let groups: number[];
let db: Kysely<Items>;
let file: { path: string };
beforeEach(async () => {
  const dataDir = await makeDataDir();
  await prepareDataDir(dataDir);
  file = { path: join(dataDir, 'test.db') };
  const sqlite = await openSqliteConnection({
    ...file,
    setup: ['pragma journal_mode = wal', 'create table item (id integer primary key, text text)'],
    busyTimeoutMs: 0,
  });
  groups = [];
  const counted: SqliteConnection = {
    query(text, parameters) {
      groups.push(1);
      return sqlite.query(text, parameters);
    },
    queryGroup(statements) {
      groups.push(statements.length);
      return sqlite.queryGroup(statements);
    },
    rollback: () => sqlite.rollback(),
    [Symbol.asyncDispose]: () => sqlite[Symbol.asyncDispose](),
  };
  db = new Kysely<Items>({ dialect: createSqliteDialect(counted) });
  onTestFinished(() => db.destroy());
});

const insert = (id: number, text = 'x') => db.insertInto('item').values({ id, text }).execute();
const ids = async () =>
  (await db.selectFrom('item').select('id').orderBy('id').execute()).map(({ id }) => id);

describe('statements that come at once', () => {
  it('go together while the connection is busy, and each has its own result', async () => {
    const results = await Promise.all([
      ...Array.from({ length: 20 }, (_, id) => insert(id)),
      db.updateTable('item').set({ text: 'y' }).where('id', '<', 5).executeTakeFirst(),
      ids(),
    ]);
    expect(groups).toEqual([21, 1]);
    expect(results.at(-2)).toMatchObject({ numUpdatedRows: 5n });
    expect(results.at(-1)).toEqual(Array.from({ length: 20 }, (_, id) => id));
  });

  it('wait for no lock of another process when they read', async () => {
    const { path } = file;
    await using other = await openSqliteConnection({ path, setup: [], busyTimeoutMs: 0 });
    await other.query('begin immediate');
    const results = await Promise.allSettled([ids(), ids(), insert(1), insert(2), ids()]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });

  it('fail alone', async () => {
    const results = await Promise.allSettled([insert(1), insert(2), insert(2), insert(3)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ reason: { errcode: 1555 } });
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('are never within a transaction of others, nor is one of theirs', async () => {
    const failing = db.transaction().execute(async (transaction) => {
      await transaction.insertInto('item').values({ id: 100, text: 'x' }).execute();
      const alone = insert(1);
      await transaction.insertInto('item').values({ id: 101, text: 'x' }).execute();
      await new Promise((resolve) => setTimeout(resolve, 20));
      void alone;
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    await insert(2);
    expect(await ids()).toEqual([1, 2]);
  });

  it('are all told when the disk takes no more, and go on when there is room', async () => {
    await sql`pragma max_page_count = 20`.execute(db);
    const long = 'x'.repeat(20_000);
    const results = await Promise.allSettled(Array.from({ length: 12 }, (_, id) => insert(id, long)));
    const stored = await ids();
    const said = results.flatMap(({ status }, id) => (status === 'fulfilled' ? [id] : []));
    expect(said.length).toBeLessThan(12);
    expect(stored).toEqual(said);
    await sql`pragma max_page_count = 1000`.execute(db);
    await insert(50, long);
    expect(await ids()).toContain(50);
  });

  it('wait no longer than a group for a transaction, which waits no longer for them', async () => {
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    const work = [
      ...Array.from({ length: 200 }, (_, id) => insert(id).then(note('alone'))),
      db
        .transaction()
        .execute((transaction) => transaction.insertInto('item').values({ id: 1000, text: 'x' }).execute())
        .then(note('transaction')),
    ];
    await Promise.all(work);
    expect(order.indexOf('transaction')).toBeLessThan(100);
  });
});
