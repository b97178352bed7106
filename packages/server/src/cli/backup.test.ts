import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import '../../test/_support/provide-postgres.ts';
import { createDatabase, dropDatabase } from '../../test/_support/start-postgres.ts';
import { makeDataDir, quickStart } from '../storage/data-dir.fixture.ts';
import { fillDatabase } from '../storage/dump/dump.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeUser } from '../storage/rows.fixture.ts';
import { acquireServerLock } from '../storage/server-lock.ts';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
const cluster = inject('postgresUrl');

async function sluice(environment: Record<string, string>, argv: string[], stdin = '') {
  const child = spawn(process.execPath, [entry, ...argv], { env: { ...quickStart, ...environment } });
  child.stdin.on('error', () => {}).end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { stdout, stderr, code };
}

async function makeFilled() {
  const dataDir = await makeDataDir();
  await using database = await openDatabase({ dataDir });
  await fillDatabase(database);
  return { dataDir, folder: join(dataDir, '..') };
}

/** Without the line that tells when it was written, and the checksum over it. */
const rowsOf = (dump: string) => dump.split('\n').slice(1, -2);

describe('sluice backup and restore', { timeout: 60_000 }, () => {
  it('write a file for its owner alone, whole or not at all, beside a running server', async () => {
    const { dataDir, folder } = await makeFilled();
    await using lock = await acquireServerLock({ dataDir });
    await using database = await openDatabase({ dataDir });
    expect(lock).toBeDefined();
    const files = join(folder, 'files');
    await mkdir(files);
    const path = join(files, 'dump.ndjson');
    await writeFile(path, 'an older one', { mode: 0o644 });
    let isOver = false;
    const slowest: number[] = [];
    const writing = (async () => {
      while (!isOver) {
        const startedAt = performance.now();
        await database.users.insert(makeUser());
        slowest.push(performance.now() - startedAt);
      }
    })();
    const made = await sluice({ DATA_DIR: dataDir }, ['backup', path]);
    isOver = true;
    await writing;
    expect(made).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/holds \d+ rows/) });
    expect(await readdir(files)).toEqual(['dump.ndjson']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(Math.max(...slowest)).toBeLessThan(1000);
    expect((await readFile(path, 'utf8')).split('\n').at(-2)).toMatch(/^{"end":true,/);
  });

  it('write nothing but the dump to stdout, and read it from stdin', async () => {
    const { dataDir } = await makeFilled();
    const made = await sluice({ DATA_DIR: dataDir }, ['backup', '-']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout.split('\n')[0] ?? '')).toMatchObject({
      version: expect.stringMatching(/^\d/),
    });
    const other = await makeDataDir();
    const restored = await sluice(
      { DATA_DIR: other },
      ['restore', '-'],
      made.stdout.replaceAll('\n', '\r\n'),
    );
    expect(restored).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('were restored') });
    const again = await sluice({ DATA_DIR: other }, ['backup', '-']);
    expect(rowsOf(again.stdout)).toEqual(rowsOf(made.stdout));
  });

  it.skipIf(cluster === undefined)('move from SQLite to Postgres, and back', async () => {
    const { dataDir, folder } = await makeFilled();
    const url = await createDatabase(cluster ?? '');
    onTestFinished(() => dropDatabase(url));
    const path = join(folder, 'dump');
    const postgres = { DATA_DIR: dataDir, DATABASE_URL: url };
    expect(await sluice({ DATA_DIR: dataDir }, ['backup', path])).toMatchObject({ code: 0 });
    expect(await sluice(postgres, ['restore', path])).toMatchObject({ code: 0 });
    const moved = await sluice(postgres, ['backup', '-']);
    expect(rowsOf(moved.stdout)).toEqual(rowsOf(await readFile(path, 'utf8')));
    const back = { DATA_DIR: join(folder, 'back') };
    expect(await sluice(back, ['restore', '-'], moved.stdout)).toMatchObject({ code: 0 });
    expect(rowsOf((await sluice(back, ['backup', '-'])).stdout)).toEqual(rowsOf(moved.stdout));
    await using lock = await acquireServerLock({ dataDir, databaseUrl: url });
    expect(lock).toBeDefined();
    const refused = await sluice(postgres, ['restore', path]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^sluice: another Sluice server is using/),
    });
  });

  it('refuse in one line what cannot be restored, and leave everything as it is', async () => {
    const { dataDir, folder } = await makeFilled();
    const path = join(folder, 'dump');
    await sluice({ DATA_DIR: dataDir }, ['backup', path]);
    const dump = await readFile(path, 'utf8');
    const refusal = async (directory: string, argv: string[], stdin = '') => {
      const { code, stdout, stderr } = await sluice({ DATA_DIR: directory }, argv, stdin);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^sluice: [^\n]+\n$/);
      return stderr;
    };
    const empty = await makeDataDir();
    expect(await refusal(empty, ['restore', join(folder, 'none')])).toContain('ENOENT');
    expect(await refusal(empty, ['restore', '-'], dump.slice(0, -9))).toMatch(/ends within line \d+/);
    expect(await refusal(empty, ['restore', '-'], dump.replace('"disabled":0', '"disabled":2.5'))).toContain(
      'line 2 ',
    );
    expect(await refusal(dataDir, ['restore', path])).toContain('the database is in use');
    expect(await refusal(await makeDataDir(), ['backup', path])).toContain('there is no database');
    expect(await refusal(dataDir, ['backup', join(folder, 'none', 'x')])).toContain(
      'there is no such folder',
    );
    const blank = join(folder, 'blank');
    await mkdir(blank);
    await writeFile(join(blank, 'sluice.db'), '');
    expect(await refusal(blank, ['backup', path])).toContain('there is nothing in the database yet');
    expect(await readFile(path, 'utf8')).toBe(dump);
    await using lock = await acquireServerLock({ dataDir: empty });
    expect(lock).toBeDefined();
    expect(await refusal(empty, ['restore', path])).toContain('another Sluice server is using');
    await using database = await openDatabase({ dataDir: empty });
    expect(await database.users.hasAdmin()).toBe(false);
  });

  it('leave no half file where none can be written', async () => {
    const { dataDir, folder } = await makeFilled();
    const path = join(folder, 'folder');
    await mkdir(path);
    const made = await sluice({ DATA_DIR: dataDir }, ['backup', path]);
    expect(made.code).toBe(1);
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
