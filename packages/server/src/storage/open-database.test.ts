import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDataDir, runNode } from './data-dir.fixture.ts';
import { openDatabase } from './open-database.ts';
import { openSqliteConnection } from './sqlite/sqlite-connection.ts';

async function open(dataDir: string) {
  const database = await openDatabase({ dataDir });
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

const user = (id: string) => ({
  id,
  email: `${id}@example.com`,
  name: null,
  role: 'user' as const,
  passwordHash: null,
  isDisabled: false,
  createdAt: 1,
});

const openIn = (dataDir: string) => `
  const { openDatabase } = await import(storage + 'open-database.ts');
  const database = await openDatabase({ dataDir: ${JSON.stringify(dataDir)} });`;

/** Inserts users one after another, printing each id once it is acknowledged. */
const writeForEver = (dataDir: string, prefix: string) => `${openIn(dataDir)}
  const user = ${user.toString()};
  for (let index = 0; ; index += 1) {
    await database.users.insert(user('${prefix}' + index));
    process.stdout.write('${prefix}' + index + '\\n');
  }`;

const fullCounts = process.env['SLUICE_FULL_COUNTS'] === '1';

describe('openDatabase', () => {
  it('makes a directory and files that are for their owner alone', async () => {
    const dataDir = await makeDataDir();
    const database = await open(dataDir);
    await database.users.insert(user('a'));
    const modes = await Promise.all(
      ['', 'sluice.db', 'sluice.db-wal', 'sluice.db-shm'].map((file) => stat(join(dataDir, file))),
    );
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['700', '600', '600', '600']);
  });

  it('says in words for people what is no database, and what is no folder', async () => {
    const dataDir = await makeDataDir();
    await mkdir(dataDir);
    const path = join(dataDir, 'sluice.db');
    await writeFile(path, 'no database at all, but long enough to be one'.repeat(100));
    await expect(openDatabase({ dataDir })).rejects.toThrow(
      `${path} is damaged, or no database of SQLite (file is not a database): put it aside, with its -wal and -shm, and restore a backup`,
    );
    await expect(openDatabase({ dataDir: path })).rejects.toThrow(
      'DATA_DIR must be a folder that can be made or written to: EEXIST',
    );
  });

  it('answers a ping while a write is going on', async () => {
    const database = await open(await makeDataDir());
    await database.transaction(async ({ users }) => {
      await users.insert(user('a'));
      await database.ping();
    });
  });

  it('migrates once when several processes start at the same time', async () => {
    const dataDir = await makeDataDir();
    const script = `${openIn(dataDir)} await database.ping(); console.log('open'); process.exit();`;
    const processes = Array.from({ length: 3 }, () => runNode(script));
    const outputs = await Promise.all(processes.map(({ ended }) => ended));
    expect(outputs).toEqual([['open'], ['open'], ['open']]);
  });

  it('refuses a database that a newer version has migrated', async () => {
    const dataDir = await makeDataDir();
    await (await openDatabase({ dataDir }))[Symbol.asyncDispose]();
    const path = join(dataDir, 'sluice.db');
    const future = await openSqliteConnection({ path, setup: [], busyTimeoutMs: 0 });
    await future.query("insert into schema_migrations values ('9999-future', 1)");
    await future[Symbol.asyncDispose]();
    await expect(openDatabase({ dataDir })).rejects.toThrow('newer version of Sluice (it has 9999-future)');
  });

  it('waits for the transaction of another process', async () => {
    const dataDir = await makeDataDir();
    const database = await open(dataDir);
    const other = runNode(`${openIn(dataDir)}
      await database.transaction(async ({ users }) => {
        console.log('begun');
        await new Promise((resolve) => setTimeout(resolve, 200));
      });
      process.exit();`);
    await other.nextLine();
    const startedAt = performance.now();
    await database.users.insert(user('a'));
    expect(performance.now() - startedAt).toBeGreaterThan(100);
  });

  it('has every acknowledged row after kill -9', { timeout: 60_000 }, async () => {
    const dataDir = await makeDataDir();
    for (let round = 0; round < (fullCounts ? 100 : 3); round += 1) {
      const writer = runNode(writeForEver(dataDir, `r${round}-`));
      await writer.nextLine();
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 50));
      writer.child.kill('SIGKILL');
      const acknowledged = await writer.ended;
      await using database = await openDatabase({ dataDir });
      for (const id of acknowledged) {
        expect(await database.users.findByEmail(`${id}@example.com`)).toMatchObject({ id });
      }
    }
  });
});
