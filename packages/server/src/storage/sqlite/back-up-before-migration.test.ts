import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { makeDataDir } from '../data-dir.fixture.ts';
import type { OpenConnections } from '../database.ts';
import { type Migration, migrations } from '../migrations.ts';
import { prepareDataDir } from '../prepare-data-dir.ts';
import { openSqlite } from './open-sqlite.ts';
import { openSqliteConnection } from './sqlite-connection.ts';

const step = (number: number, statement = `create table t${number} (id text)`): Migration => ({
  name: `100${number}-step`,
  statements: [statement],
});
const steps = [1, 2, 3, 4, 5].map((number) => step(number));

async function makeDatabase() {
  const dataDir = await makeDataDir();
  await prepareDataDir(dataDir);
  const backups = join(dataDir, 'backups');
  return {
    dataDir,
    backups,
    list: () => readdir(backups).catch(() => []),
    open: async (list: readonly Migration[], use: (connections: OpenConnections) => unknown = () => {}) => {
      await using connections = await openSqlite(dataDir, list);
      await use(connections);
    },
  };
}

describe('a migration on SQLite', () => {
  it('takes no backup of a new database, nor of one that needs no migration', async () => {
    const { open, list } = await makeDatabase();
    await open(migrations);
    await open(migrations);
    expect(await list()).toEqual([]);
  });

  it('is preceded by a backup of all that is there, for its owner alone', async () => {
    const { open, list, backups } = await makeDatabase();
    await open(migrations, ({ db }) =>
      sql`insert into setup_codes values ('kept', 1, 2, null)`.execute(db).then(() => undefined),
    );
    const drop = step(1, 'delete from setup_codes');
    await open([...migrations, drop]);
    const [name = ''] = await list();
    expect(name).toMatch(/^before-1001-step-\d{4}-\d\d-\d\dT[\d-]+Z\.db$/);
    const path = join(backups, name);
    const modes = await Promise.all([stat(backups), stat(path)]);
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['700', '600']);
    await using copy = await openSqliteConnection({ path, setup: [], busyTimeoutMs: 0 });
    expect((await copy.query('select hash from setup_codes')).rows).toEqual([{ hash: 'kept' }]);
    expect((await copy.query('pragma integrity_check')).rows).toEqual([{ integrity_check: 'ok' }]);
  });

  it('keeps the last three backups, and other files', async () => {
    const { open, list, backups } = await makeDatabase();
    await open(migrations);
    await mkdir(backups, { recursive: true });
    await writeFile(join(backups, 'mine.db'), '');
    for (let count = 1; count <= steps.length; count += 1)
      await open([...migrations, ...steps.slice(0, count)]);
    const names = (await list()).toSorted((a, b) => a.localeCompare(b));
    expect(names.map((name) => name.slice(0, 11))).toEqual([
      'before-1003',
      'before-1004',
      'before-1005',
      'mine.db',
    ]);
  });

  it('does not begin when no backup can be written', async () => {
    const { open, backups, dataDir } = await makeDatabase();
    await open(migrations);
    await writeFile(backups, 'in the way');
    await expect(open([...migrations, step(1)])).rejects.toThrow(/EEXIST|ENOTDIR/);
    await using file = await openSqliteConnection({
      path: join(dataDir, 'sluice.db'),
      setup: [],
      busyTimeoutMs: 0,
    });
    expect((await file.query("select name from sqlite_master where name = 't1'")).rows).toEqual([]);
  });
});
