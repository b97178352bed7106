import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startBreakableProxy } from './_support/breakable-proxy.ts';
import { repositoryRoot } from './_support/source-files.ts';
import { useServer } from './_support/use-server.ts';

const folder = join(repositoryRoot, 'examples');
const run = promisify(execFile);

const node = process.execPath;
/** Those that a terminal runs; e2e has those of a browser. */
const programs: Record<string, string> = {
  'curl.sh': 'sh',
  'plain_http.py': 'python3',
  'fetch.mjs': node,
  'node-client.mjs': node,
  'openai-sdk.mjs': node,
  'anthropic-sdk.mjs': node,
  'websocket.mjs': node,
};

const hasAll = ['curl', 'python3'].every((command) => spawnSync(command, ['--version']).status === 0);

it.runIf(process.env['CI'] === 'true')('has curl and Python to try them with', () => {
  expect(hasAll).toBe(true);
});

it('has a test for each example, and none of more than 40 lines', () => {
  const files = readdirSync(folder).filter((name) => /\.(sh|mjs|py)$/.test(name));
  expect(files.toSorted()).toEqual(Object.keys(programs).toSorted());
  for (const file of [...files, 'browser.html', 'ai-sdk-react/main.tsx']) {
    const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
    expect(lines.length, file).toBeLessThanOrEqual(40);
  }
});

describe.skipIf(!hasAll).each(Object.entries(programs))('the example %s', (file, command) => {
  const pair = useServer();

  /** What it says, whether it ends well or not. */
  async function tryOut({ url = pair.server.url, token = pair.server.token } = {}) {
    const env = { ...process.env, SLUICE_URL: url, SLUICE_TOKEN: token };
    return run(command, [join(folder, file)], { env, timeout: 20_000 }).then(
      ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        said: error.stdout + error.stderr,
      }),
    );
  }

  it('asks, and writes the answer', async () => {
    pair.upstream.script({ text: 'Hello from a model.' });
    const { code, said } = await tryOut();
    expect(said).toContain('Hello from a model.');
    expect(code).toBe(0);
    expect(pair.upstream.stats.requests).toBe(1);
  });

  it('says so when it is refused', async () => {
    const { code, said } = await tryOut({ token: 'nobody' });
    expect(said).toMatch(/token|401|refused/i);
    expect(code).not.toBe(0);
    expect(pair.upstream.stats.requests).toBe(0);
  });

  it('does not take an answer whose connection broke for a whole one', async () => {
    const proxy = await startBreakableProxy(pair.server.url);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    pair.upstream.script({ tokens: 150, delayMs: 10 });
    const trying = tryOut({ url: proxy.url });
    await vi.waitFor(() => expect(pair.upstream.stats.tokens).toBeGreaterThan(20), 5000);
    proxy.breakAll();
    const { code, said } = await trying;
    expect(said).toContain('t5');
    // Our own client comes back to it.
    const comesBack = file === 'node-client.mjs';
    expect(code === 0).toBe(comesBack);
    expect(said.includes('t149')).toBe(comesBack);
  });

  it('does not take an answer that failed for a whole one', async () => {
    pair.upstream.script({ tokens: 4, end: 'truncate' });
    const { code, said } = await tryOut();
    expect(said).toMatch(/before the answer was whole|upstream_truncated/);
    // curl shows the error as it shows everything.
    if (command !== 'sh') expect(code).not.toBe(0);
  });
});
