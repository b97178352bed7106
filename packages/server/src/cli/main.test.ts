import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createAuth } from '../auth/auth.ts';
import { loadJwtSecret } from '../auth/load-jwt-secret.ts';
import { makeDataDir, quickStart } from '../storage/data-dir.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { acquireServerLock } from '../storage/server-lock.ts';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the command as `npm run sluice` does: a process of its own, with nothing of ours in its environment. */
async function sluice(environment: Record<string, string>, argv: string[], stdin = '') {
  const child = spawn(process.execPath, [entry, ...argv], { env: { ...quickStart, ...environment } });
  child.stdin.end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { stdout, stderr, code };
}

describe('sluice', { timeout: 20_000 }, () => {
  it.each(['--help', 'help'])('tells its commands when asked: %s', async (word) => {
    const help = await sluice({}, [word]);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('sluice token create --email E');
  });

  it('makes a token, and everything it needs, on a machine where nothing is yet', async () => {
    const dataDir = await makeDataDir();
    const made = await sluice({ DATA_DIR: dataDir }, [
      'token',
      'create',
      '--email',
      'bob@example.com',
      '--name',
      'x',
    ]);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) });
    await using database = await openDatabase({ dataDir });
    const auth = createAuth({ database, secret: await loadJwtSecret({ dataDir, given: undefined }) });
    expect(await auth.authenticate(made.stdout.trim())).toMatchObject({
      email: 'bob@example.com',
      role: 'user',
      scopes: ['chat'],
    });
  });

  it('makes no database for a list of limits in a folder that was mistyped', async () => {
    const dataDir = await makeDataDir();
    const listed = await sluice({ DATA_DIR: dataDir }, ['limit', 'list']);
    expect(listed).toEqual({ code: 1, stdout: '', stderr: `sluice: there is no database in ${dataDir}\n` });
    await expect(access(dataDir)).rejects.toThrow('ENOENT');
  });

  it('asks no model, and so no key that sluice.config.json names', async () => {
    const dataDir = await makeDataDir();
    const path = `${dataDir}.config.json`;
    await writeFile(path, JSON.stringify({ providers: { groq: { preset: 'groq' } } }));
    const link = await sluice({ DATA_DIR: dataDir, SLUICE_CONFIG: path }, ['setup-link']);
    expect(link).toMatchObject({ code: 0, stderr: '' });
  });

  it('works beside a running server, which hears of it', async () => {
    const dataDir = await makeDataDir();
    await using lock = await acquireServerLock({ dataDir });
    expect(lock).toBeDefined();
    await using database = await openDatabase({ dataDir });
    const secret = 'K7bNqf3WcxH9vRt2Zp5yLm8sDj4gTa6e';
    const auth = createAuth({ database, secret });
    const environment = { DATA_DIR: dataDir, JWT_SECRET: secret, PUBLIC_URL: 'https://chat.example.com' };

    const link = await sluice(environment, ['setup-link']);
    expect(link).toMatchObject({ code: 0, stderr: '' });
    const [, code = ''] = /^https:\/\/chat\.example\.com\/setup#code=(\S+)\n$/.exec(link.stdout) ?? [];
    const password = 'a password of the admin';
    await auth.setup({ code, email: 'ada@example.com', password });

    const create = ['user', 'create', '--email', 'bob@example.com', '--role', 'user', '--password-stdin'];
    expect(await sluice(environment, create, 'a password of bob\n')).toMatchObject({ code: 0, stderr: '' });
    const { session } = await auth.login({ email: 'bob@example.com', password: 'a password of bob' });
    expect(session.user.role).toBe('user');
    const reset = ['user', 'password', '--email', 'bob@example.com', '--password-stdin'];
    expect(await sluice(environment, reset, 'a new password of bob\n')).toMatchObject({
      code: 0,
      stderr: '',
    });
    await auth.login({ email: 'bob@example.com', password: 'a new password of bob' });
    await expect(auth.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'token_revoked' });

    const { id, token } = await auth.createAppToken({ email: 'bob@example.com', name: 'x' });
    await auth.authenticate(token);
    expect(await sluice(environment, ['token', 'revoke', id])).toMatchObject({ code: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1001));
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('tells a mistake in the command with the usage, and any other failure in one line', async () => {
    const dataDir = await makeDataDir();
    const mistake = await sluice({ DATA_DIR: dataDir }, ['token', 'make']);
    expect(mistake).toMatchObject({ code: 2, stdout: '' });
    expect(mistake.stderr).toMatch(/^sluice: unknown command: token\nusage: sluice setup-link\n/);
    const weak = await sluice({ DATA_DIR: dataDir, JWT_SECRET: 'changeme' }, ['setup-link']);
    expect(weak).toMatchObject({ code: 1, stdout: '' });
    expect(weak.stderr).toMatch(/^sluice: JWT_SECRET is too weak: [^\n]*\n$/);
  });
});
