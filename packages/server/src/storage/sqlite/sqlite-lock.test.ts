import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDataDir, runNode } from '../data-dir.fixture.ts';
import { openDatabase } from '../open-database.ts';
import { acquireSqliteLock } from './sqlite-lock.ts';

const holdLock = (dataDir: string) => `
  const { acquireSqliteLock } = await import(storage + 'sqlite/sqlite-lock.ts');
  await acquireSqliteLock({ dataDir: ${JSON.stringify(dataDir)} });
  console.log('held');`;

describe('acquireSqliteLock', () => {
  it('refuses a second server at once, in words that say what to do', async () => {
    const dataDir = await makeDataDir();
    await runNode(holdLock(dataDir)).nextLine();
    const startedAt = performance.now();
    await expect(acquireSqliteLock({ dataDir })).rejects.toThrow(
      `another Sluice server is using ${dataDir}: stop it, or give this one its own DATA_DIR`,
    );
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('is free again after the holder was killed with kill -9', async () => {
    const dataDir = await makeDataDir();
    const holder = runNode(holdLock(dataDir));
    await holder.nextLine();
    holder.child.kill('SIGKILL');
    await holder.ended;
    await using lock = await acquireSqliteLock({ dataDir });
    expect(lock).toBeDefined();
  });

  it('holds within its own process too, through refused attempts, until it is disposed', async () => {
    const dataDir = await makeDataDir();
    {
      await using lock = await acquireSqliteLock({ dataDir });
      expect(lock).toBeDefined();
      await expect(acquireSqliteLock({ dataDir })).rejects.toThrow('another Sluice server');
      await expect(acquireSqliteLock({ dataDir })).rejects.toThrow('another Sluice server');
      const other = runNode(
        `process.on('uncaughtException', () => console.log('refused')); ${holdLock(dataDir)}`,
      );
      expect(await other.ended).toEqual(['refused']);
    }
    await using again = await acquireSqliteLock({ dataDir });
    expect(again).toBeDefined();
  });

  it('lets others use the database meanwhile, and is for its owner alone', async () => {
    const dataDir = await makeDataDir();
    await using lock = await acquireSqliteLock({ dataDir });
    expect(lock).toBeDefined();
    await using database = await openDatabase({ dataDir });
    await database.ping();
    expect((await stat(join(dataDir, 'server.lock'))).mode & 0o777).toBe(0o600);
  });

  it('passes on why a lock file cannot be opened', async () => {
    await expect(acquireSqliteLock({ dataDir: '/dev/null/data' })).rejects.toThrow('ENOTDIR');
  });
});
