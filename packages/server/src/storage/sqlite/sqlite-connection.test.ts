import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDataDir } from '../data-dir.fixture.ts';
import { prepareDataDir } from '../prepare-data-dir.ts';
import { openSqliteConnection } from './sqlite-connection.ts';

async function open(setup: readonly string[] = []) {
  const dataDir = await makeDataDir();
  await prepareDataDir(dataDir);
  const connection = await openSqliteConnection({ path: join(dataDir, 'test.db'), setup, busyTimeoutMs: 0 });
  onTestFinished(() => connection[Symbol.asyncDispose]());
  return connection;
}

describe('openSqliteConnection', () => {
  it("keeps SQLite's code on its errors", async () => {
    const connection = await open(['create table item (id text primary key, name text unique)']);
    await connection.query('insert into item values (?, ?)', ['a', 'x']);
    const insert = (id: string, name: string) =>
      connection.query('insert into item values (?, ?)', [id, name]);
    await expect(insert('a', 'y')).rejects.toMatchObject({ name: 'SqliteError', errcode: 1555 });
    await expect(insert('b', 'x')).rejects.toMatchObject({ name: 'SqliteError', errcode: 2067 });
    await expect(connection.query('selec 1')).rejects.toMatchObject({ errcode: 1 });
  });

  it('answers the next request after an error, and parameters it cannot take are one', async () => {
    const connection = await open();
    await expect(connection.query('select ?, ?', [1, {}])).rejects.toMatchObject({ errcode: undefined });
    expect((await connection.query('select ? as one', [1])).rows).toEqual([{ one: 1 }]);
  });

  it('keeps answers with their requests when many are asked at once', async () => {
    const connection = await open();
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) => connection.query(`select ${index} as answer`)),
    );
    expect(answers.map(({ rows }) => rows[0]?.['answer'])).toEqual(answers.map((_, index) => index));
  });

  it('goes on using a statement after the table has changed', async () => {
    const connection = await open(['create table item (id text)']);
    const all = async () => (await connection.query('select * from item')).rows;
    await connection.query("insert into item values ('a')");
    expect(await all()).toEqual([{ id: 'a' }]);
    await connection.query('alter table item add column name text');
    expect(await all()).toEqual([{ id: 'a', name: null }]);
  });

  it('counts the rows a write has changed', async () => {
    const connection = await open(['create table item (id text)']);
    expect((await connection.query("insert into item values ('a'), ('b')")).changes).toBe(2);
  });

  it('rolls back what is open, and nothing when nothing is', async () => {
    const connection = await open(['create table item (id text)']);
    await connection.query('begin immediate');
    await connection.query("insert into item values ('a')");
    await connection.rollback();
    await connection.rollback();
    expect((await connection.query('select * from item')).rows).toEqual([]);
  });

  it('says why a file cannot be opened or set up', async () => {
    const missing = openSqliteConnection({ path: '/nowhere/test.db', setup: [], busyTimeoutMs: 0 });
    await expect(missing).rejects.toMatchObject({ name: 'SqliteError', errcode: 14 });
    await expect(open(['create tabel'])).rejects.toMatchObject({ name: 'SqliteError', errcode: 1 });
  });

  it('answers what was asked before it was closed, and refuses what is asked after', async () => {
    const connection = await open();
    const before = connection.query('select 1 as one');
    const closing = connection[Symbol.asyncDispose]();
    const after = connection.query('select 1 as one');
    await expect(after).rejects.toThrow('the database is closed');
    expect((await before).rows).toEqual([{ one: 1 }]);
    await closing;
  });
});
