import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { longAnswer } from './_support/long-answer.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { createToken, spawnServer } from './_support/spawn-server.ts';
import { lastOf, pointAt, readEvents, startServer, textOf } from './_support/start-server.ts';

const main = 'packages/server/src/main.ts';
const listening = /^Sluice is listening on (http:\/\/127\.0\.0\.1:\d+)$/m;

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sluice-lifecycle-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const environment = () => ({
  PORT: '0',
  DATA_DIR: dataDir,
  ANTHROPIC_API_KEY: '',
  OPENAI_API_KEY: '',
  LOG_LEVEL: 'info',
});
const isServing = (url: string) =>
  fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );

describe('npm start', () => {
  it('prints the setup link, that this is a demo, and one line when it is ready; SIGTERM to npm ends everything', async () => {
    await using npm = spawnProcess('npm', ['start'], environment());
    const [, url = ''] = await npm.sees(listening);
    expect(npm.output()).toMatch(/setup#code=[\w-]{16,}/);
    expect(npm.output()).toContain('demo model');
    expect(npm.output().match(/Sluice is listening/g)).toHaveLength(1);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    npm.child.kill('SIGTERM');
    await npm.exit();
    await expect.poll(() => isServing(url)).toBe(false);
  });

  it('never writes the setup code through the logger', async () => {
    await using server = spawnProcess(process.execPath, [main], environment());
    await server.sees(listening);
    const logLines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(logLines.join('\n')).not.toContain('code=');
  });

  it('logs how a run ended under the id that its caller was given', async () => {
    const token = await createToken(environment());
    await using server = await spawnServer(environment(), token);
    const answer = await server.call('/api/chat', { message: 'Hello', maxOutputTokens: 3 });
    expect(answer.status).toBe(200);
    const id = answer.headers.get('x-request-id') ?? 'none';
    await server.process.sees(new RegExp(`"requestId":"${id}".*"reason":"length".*"msg":"run ended"`));
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends with 0 on %s to the bootstrap', async (signal) => {
    await using bootstrap = spawnProcess(process.execPath, ['scripts/run.mjs', 'start'], environment());
    const [, url = ''] = await bootstrap.sees(listening);
    bootstrap.child.kill(signal);
    expect(await bootstrap.exit()).toBe(0);
    expect(await isServing(url)).toBe(false);
  });

  it('leaves no orphan when the bootstrap is killed', async () => {
    await using bootstrap = spawnProcess(process.execPath, ['scripts/run.mjs', 'start'], environment());
    const [, url = ''] = await bootstrap.sees(listening);
    bootstrap.child.kill('SIGKILL');
    await expect.poll(() => isServing(url), { timeout: 5000 }).toBe(false);
  });
});

describe('SIGHUP', () => {
  it('to the server under the bootstrap reads the configuration again and ends nothing', async () => {
    const path = join(dataDir, 'sluice.config.json');
    await writeFile(path, '{}');
    await using bootstrap = spawnProcess(process.execPath, ['scripts/run.mjs', 'start'], {
      ...environment(),
      SLUICE_CONFIG: path,
    });
    const [, url = ''] = await bootstrap.sees(listening);
    const [, pid = ''] = /kill -HUP (\d+) reads it again/.exec(bootstrap.output()) ?? [];
    process.kill(Number(pid), 'SIGHUP');
    await bootstrap.sees(/the configuration was read again"/);
    expect(await isServing(url)).toBe(true);
    bootstrap.child.kill('SIGTERM');
    expect(await bootstrap.exit()).toBe(0);
  });

  const terminal = '/usr/bin/script';
  const hasTerminal = process.platform === 'linux' && existsSync(terminal);
  it.skipIf(!hasTerminal).each([`${process.execPath} ${main}`, 'npm start'])(
    `of a terminal that closes ends what runs in it${hasTerminal ? '' : ` (skipped: no ${terminal})`}: %s`,
    async (command) => {
      await using screen = spawnProcess(terminal, ['-qfec', command, '/dev/null'], environment());
      const [, url = ''] = await screen.sees(/Sluice is listening on (http:\/\/127\.0\.0\.1:\d+)/);
      expect(await isServing(url)).toBe(true);
      screen.child.kill('SIGKILL');
      await expect.poll(() => isServing(url), { timeout: 5000 }).toBe(false);
    },
  );

  it.skipIf(!hasTerminal)(
    'ends it in the middle of an answer too, though nothing can be said there',
    async () => {
      const short = { ...environment(), DRAIN_MS: '500' };
      const make = ['packages/server/src/cli/main.ts', 'token', 'create', '--email', 'a@example.com'];
      await using created = spawnProcess(process.execPath, [...make, '--name', 'x'], short);
      await created.exit();
      const command = `${process.execPath} ${main}`;
      await using screen = spawnProcess(terminal, ['-qfec', command, '/dev/null'], short);
      const [, url = ''] = await screen.sees(/Sluice is listening on (http:\/\/127\.0\.0\.1:\d+)/);
      const answer = await fetch(`${url}/api/chat/stream`, {
        method: 'POST',
        headers: { authorization: `Bearer ${created.stdout()}`, 'content-type': 'application/json' },
        body: '{"message":"Hi"}',
      });
      screen.child.kill('SIGKILL');
      await answer.text().catch(() => '');
      // Its lock goes with the process.
      await expect
        .poll(
          async () => {
            await using next = spawnProcess(process.execPath, [main], environment());
            return await next.sees(listening).then(
              () => true,
              () => false,
            );
          },
          { timeout: 15_000 },
        )
        .toBe(true);
    },
  );
});

describe('npm run dev', () => {
  it('can run the server in watch mode', async () => {
    await using server = spawnProcess(process.execPath, ['--watch', main], environment());
    await server.sees(listening);
    server.child.kill('SIGTERM');
    await server.exit();
  });
});

describe('a second server', () => {
  it('on the same data directory is refused at once, in a clear line', async () => {
    await using first = spawnProcess(process.execPath, [main], environment());
    await first.sees(listening);
    await using second = spawnProcess(process.execPath, [main], environment());
    expect(await second.exit()).toBe(1);
    expect(second.output()).toContain(`another Sluice server is using ${dataDir}`);
    expect(second.output().trim().split('\n')).toHaveLength(1);
  });
});

describe('a wrong configuration', () => {
  it('is refused with every problem at once', async () => {
    await using server = spawnProcess(process.execPath, [main], {
      ...environment(),
      TRUST_PROXY: 'true',
      LOG_LEVEL: 'x',
    });
    expect(await server.exit()).toBe(1);
    expect(server.output()).toMatch(/TRUST_PROXY must be/);
    expect(server.output()).toMatch(/LOG_LEVEL/);
  });

  it('says so when the port is taken', async () => {
    await using first = await startServer();
    const port = new URL(first.url).port;
    await using second = spawnProcess(process.execPath, [main], { ...environment(), PORT: port });
    expect(await second.exit()).toBe(1);
    expect(second.output()).toContain(`port ${port} is in use`);
  });
});

describe('shutdown', () => {
  it('lets a running answer end, and takes no new one', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer(pointAt(upstream));
    upstream.script({ tokens: 60, delayMs: 5 });
    const reading = server.call('/api/chat/stream', { body: { message: 'Hi' } }).then(readEvents);
    await expect.poll(() => upstream.stats.tokens).toBeGreaterThan(3);
    const drained = server.drain();
    await expect(server.call('/api/chat', { body: { message: 'Hi' } })).rejects.toThrow();
    const events = await reading;
    expect(lastOf(events, 'run-end')?.reason).toBe('complete');
    await drained;
  });

  it('does not wait for connections that a browser has opened ahead, nor for kept ones', async () => {
    await using server = await startServer();
    const { hostname, port } = new URL(server.url);
    const ahead = connect(Number(port), hostname);
    await once(ahead, 'connect');
    await (await server.call('/api/models')).text();
    const before = performance.now();
    await server.drain();
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('lets a reader who is behind read to the end', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer({ ...pointAt(upstream), DRAIN_MS: '10000' });
    upstream.script({ rawBase64: Buffer.from(longAnswer()).toString('base64') });
    const response = await server.call('/api/chat/stream', {
      body: { model: 'openai/gpt-4.1', message: 'Hi' },
    });
    const reader = response.body?.getReader();
    await reader?.read();
    await expect.poll(() => upstream.stats.completed).toBe(1);
    const draining = server.drain();
    // Longer than the time that is left to a reader in any case.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    let tail = '';
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      tail = (tail + new TextDecoder('latin1').decode(read.value)).slice(-500);
    }
    expect(tail).toContain('"done":true');
    await draining;
  });

  it('refuses runs on kept connections with 503 draining', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer(pointAt(upstream));
    upstream.script({ tokens: 60, delayMs: 5 });
    const reading = server.call('/api/chat/stream', { body: { message: 'Hi' } }).then(readEvents);
    await expect.poll(() => upstream.stats.tokens).toBeGreaterThan(3);
    const draining = server.rooms.runs.drain(5000);
    const refused = await server.call('/api/chat', { body: { message: 'Hi' } });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'draining']);
    expect((await server.call('/readyz')).status).toBe(503);
    await Promise.all([reading, draining]);
  });

  it('ends what does not fit in the drain as interrupted, with its text', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer({ ...pointAt(upstream), DRAIN_MS: '150' });
    upstream.script({ tokens: 1000, delayMs: 10 });
    const reading = server.call('/api/chat/stream', { body: { message: 'Hi' } }).then(readEvents);
    await expect.poll(() => upstream.stats.tokens).toBeGreaterThan(3);
    await server.drain();
    const events = await reading;
    expect(textOf(events)).toContain(' t0 t1');
    expect(lastOf(events, 'error')).toMatchObject({ code: 'interrupted', retryable: true });
    expect(lastOf(events, 'run-end')?.reason).toBe('interrupted');
    expect(upstream.stats.active).toBe(0);
  });

  it('ends now at a second signal', async () => {
    await using upstream = await startFakeUpstream();
    await using server = spawnProcess(process.execPath, [main], {
      ...environment(),
      ...pointAt(upstream),
    } as Record<string, string>);
    const [, url = ''] = await server.sees(listening);
    upstream.script({ hang: 'first' });
    await using cli = spawnProcess(
      process.execPath,
      ['packages/server/src/cli/main.ts', 'token', 'create', '--email', 'a@b.co', '--name', 'x'],
      environment(),
    );
    expect(await cli.exit()).toBe(0);
    const headers = { authorization: `Bearer ${cli.stdout()}`, 'content-type': 'application/json' };
    const stream = fetch(`${url}/api/chat/stream`, { method: 'POST', headers, body: '{"message":"Hi"}' });
    await expect.poll(() => upstream.stats.active).toBe(1);
    server.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.child.exitCode).toBeNull();
    expect(server.output()).toContain('Waiting up to 30 s for running answers (1)');
    server.child.kill('SIGTERM');
    expect(await server.exit()).toBe(1);
    await stream.then((response) => response.text()).catch(() => undefined);
  });
});
