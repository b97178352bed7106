import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDataDir, runNode } from '../storage/data-dir.fixture.ts';
import { loadJwtSecret } from './load-jwt-secret.ts';
import { refuseWeakSecret } from './refuse-weak-secret.ts';

describe('loadJwtSecret', () => {
  it('makes a strong secret once, for its owner alone', async () => {
    const dataDir = await makeDataDir();
    const secret = await loadJwtSecret({ dataDir, given: undefined });
    expect(Buffer.from(secret, 'base64url')).toHaveLength(48);
    refuseWeakSecret(secret);
    expect(await loadJwtSecret({ dataDir, given: undefined })).toBe(secret);
    expect((await stat(join(dataDir, 'jwt-secret'))).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await readdir(dataDir)).toEqual(['jwt-secret']);
  });

  it('gives processes that start at once the same secret', async () => {
    const dataDir = await makeDataDir();
    const script = `
      const { loadJwtSecret } = await import(new URL('../auth/load-jwt-secret.ts', storage));
      const secrets = await Promise.all(
        Array.from({ length: 10 }, () => loadJwtSecret({ dataDir: ${JSON.stringify(dataDir)} })));
      for (const secret of secrets) console.log(secret);`;
    const outputs = await Promise.all([runNode(script).ended, runNode(script).ended]);
    expect(outputs.flat()).toHaveLength(20);
    expect(new Set(outputs.flat()).size).toBe(1);
  });

  it('prefers the one given, and then makes none', async () => {
    const dataDir = await makeDataDir();
    expect(await loadJwtSecret({ dataDir, given: 'mine' })).toBe('mine');
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT');
  });

  it('reads a file that an editor has ended with a line break', async () => {
    const dataDir = await makeDataDir();
    const secret = await loadJwtSecret({ dataDir, given: undefined });
    await writeFile(join(dataDir, 'jwt-secret'), `${secret}\n`);
    expect(await loadJwtSecret({ dataDir, given: undefined })).toBe(secret);
  });
});
