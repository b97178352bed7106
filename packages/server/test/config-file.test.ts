import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { type SpawnedProcess, spawnProcess } from './_support/spawn-process.ts';
import { createToken } from './_support/spawn-server.ts';
import { lastOf, readEvents, startServer, textOf } from './_support/start-server.ts';

const main = 'packages/server/src/main.ts';
const listening = /^Sluice is listening on (http:\/\/127\.0\.0\.1:\d+)$/m;

let folder: string;
let path: string;
let upstream: FakeUpstream;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-config-'));
  path = join(folder, 'sluice.config.json');
  upstream = await startFakeUpstream();
});
afterEach(async () => {
  await upstream[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const write = (content: object | string) =>
  writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));

const environment = () => ({
  PORT: '0',
  DATA_DIR: join(folder, 'data'),
  SLUICE_CONFIG: path,
  LOG_LEVEL: 'info',
  ANTHROPIC_API_KEY: '',
  OPENAI_API_KEY: '',
  LAB_KEY: 'sk-lab-canary',
});

const lab = () => ({
  preset: 'generic',
  name: 'Lab',
  baseUrl: upstream.openAiUrl,
  apiKeyVariable: 'LAB_KEY',
  headers: { 'x-team': 'canary-team' },
});

/** Lines that the server has logged. */
const logged = (server: SpawnedProcess) =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { msg: string; problems?: string[] });

describe('a provider of sluice.config.json', () => {
  it('is asked at its address with its key and headers, under an alias as well', async () => {
    await write({
      providers: { lab: lab() },
      defaultModel: 'quick',
      aliases: { quick: 'lab/big-model' },
      models: {
        'lab/big-model': {
          name: 'Big model',
          contextWindow: 32_000,
          price: { inputPerMTok: 1_000_000, outputPerMTok: 0 },
          capabilities: { images: false, temperature: false },
        },
      },
    });
    await using server = await startServer({ ...environment(), LOG_LEVEL: 'silent' });
    const listed = (await (await server.call('/api/models')).json()) as { models: { id: string }[] };
    expect(listed).toMatchObject({ default: 'lab/big-model' });
    expect(listed.models.find(({ id }) => id === 'lab/big-model')).toEqual({
      id: 'lab/big-model',
      provider: 'lab',
      providerName: 'Lab',
      name: 'Big model',
      aliases: ['quick'],
      contextWindow: 32_000,
      maxOutputTokens: null,
      capabilities: {
        reasoning: false,
        reasoningLevels: [],
        images: false,
        temperature: false,
        prefill: false,
      },
      price: { inputPerMTok: 1_000_000, outputPerMTok: 0, source: 'config' },
      available: true,
    });
    await expect
      .poll(async () => JSON.stringify(await (await server.call('/api/models')).json()))
      .toContain('"lab/fake"');
    const answer = await server.call('/api/chat', { body: { model: 'quick', message: 'Hi' } });
    expect(await answer.json()).toMatchObject({
      model: 'lab/big-model',
      provider: 'lab',
      cost: { microUsd: 12_000_000, source: 'catalog' },
    });
    expect(upstream.lastReceived).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-lab-canary', 'x-team': 'canary-team' },
      body: { model: 'big-model' },
    });
    const image = { type: 'image', mediaType: 'image/png', data: 'AAAA' };
    for (const body of [
      { messages: [{ role: 'user', content: [image] }] },
      { message: 'Hi', temperature: 1 },
    ]) {
      const refused = await server.call('/api/chat', { body });
      expect(await refused.json()).toMatchObject({ status: 400, code: 'unsupported_option' });
    }
  });

  it('is asked by the fallbacks of a model that cannot answer', async () => {
    await write({
      providers: { lab: lab(), gone: { preset: 'generic', baseUrl: 'http://127.0.0.1:9/v1' } },
      models: { 'gone/model': { fallbacks: ['quick'] } },
      aliases: { quick: 'lab/big-model' },
    });
    await using server = await startServer({ ...environment(), LOG_LEVEL: 'silent' });
    const response = await server.call('/api/chat/stream', { body: { model: 'gone/model', message: 'Hi' } });
    const events = await readEvents(response);
    expect(lastOf(events, 'run-fallback')).toMatchObject({ from: 'gone/model', to: 'lab/big-model' });
    expect(lastOf(events, 'run-end')?.reason).toBe('complete');
  });
});

describe('problems of sluice.config.json', () => {
  it('are told at the start, all of them, with those of the environment', async () => {
    await write({
      provider: {},
      providers: {
        groq: { preset: 'groq' },
        odd: { preset: 'generic', baseUrl: 'ftp://x', headers: { 'x-key': 7 } },
      },
    });
    await using server = spawnProcess(process.execPath, [main], {
      ...environment(),
      LOG_LEVEL: 'loud',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    });
    expect(await server.exit()).toBe(1);
    const output = server.output();
    expect(output).toContain('OPENAI_BASE_URL needs OPENAI_API_KEY');
    expect(output).toContain('LOG_LEVEL must be');
    expect(output).toContain('sluice.config.json: providers.odd.baseUrl must be an http://');
    expect(output).toContain('sluice.config.json: providers.odd.headers["x-key"] must be string');
    expect(output).toContain('sluice.config.json: provider is not a setting');
    expect(output).toContain('sluice.config.json: providers.groq needs a key: set GROQ_API_KEY');
  });

  it('end a start whose file is named and not there', async () => {
    await using server = spawnProcess(process.execPath, [main], environment());
    expect(await server.exit()).toBe(1);
    expect(server.output()).toContain(`SLUICE_CONFIG: ${path} is not there`);
  });
});

describe('SIGHUP to the server', () => {
  const start = async () => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(spawnProcess(process.execPath, [main], environment()));
    const [, url = ''] = await server.sees(listening);
    const token = await createToken(environment());
    const call = (route: string, body?: object) =>
      fetch(url + route, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    const owned = stack.move();
    return { server, call, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };

  it('takes another file, while a running answer keeps the provider it has', async () => {
    await write({ providers: { lab: lab() }, defaultModel: 'lab/one' });
    await using running = await start();
    const { server, call } = running;
    expect(server.output()).toContain(`kill -HUP ${server.child.pid} reads it again`);
    upstream.script({ tokens: 100, delayMs: 15 });
    const reading = call('/api/chat/stream', { message: 'Hi' }).then(readEvents);
    await expect.poll(() => upstream.stats.tokens).toBeGreaterThan(3);
    await using other = await startFakeUpstream();
    other.script({ text: 'from the other one' });
    await write({
      providers: { lab: { ...lab(), baseUrl: other.openAiUrl } },
      defaultModel: 'lab/two',
      aliases: { new: 'lab/two' },
    });
    server.child.kill('SIGHUP');
    await expect
      .poll(async () => ((await (await call('/api/models')).json()) as { default: string }).default)
      .toBe('lab/two');
    // Clients of OpenAI know no default: it is the first that they are told.
    const { data } = (await (await call('/v1/models')).json()) as { data: { id: string }[] };
    expect(data.length).toBeGreaterThan(1);
    expect(data[0]?.id).toBe('lab/two');
    const answer = await (await call('/api/chat', { model: 'new', message: 'Hi' })).json();
    expect(answer).toMatchObject({ model: 'lab/two', message: { content: 'from the other one' } });
    const events = await reading;
    expect(lastOf(events, 'run-end')?.reason).toBe('complete');
    expect(textOf(events)).toContain(' t99');
    expect(upstream.stats.requests).toBe(1);
    expect(server.child.exitCode).toBeNull();
  });

  it('takes nothing of a file with problems, and logs all of them', async () => {
    await write({ providers: { lab: lab() }, defaultModel: 'lab/one' });
    await using running = await start();
    const { server, call } = running;
    await write({ providers: { lab: { ...lab(), preset: 'x' } }, defaultModel: 'nowhere/one', more: 1 });
    server.child.kill('SIGHUP');
    await server.sees(/not taken/);
    const problems = logged(server).find(({ msg }) => msg.includes('not taken'))?.problems;
    expect(problems).toEqual([
      expect.stringContaining('sluice.config.json: providers.lab.preset must be one of'),
      expect.stringContaining('sluice.config.json: more is not a setting'),
      expect.stringContaining('sluice.config.json: defaultModel: there is no provider nowhere'),
    ]);
    await write({ aliases: { a: 'nowhere/one', 'openai/x': 'lab/one' }, models: { 'lab/one': {} } });
    server.child.kill('SIGHUP');
    await expect.poll(() => logged(server).filter(({ msg }) => msg.includes('not taken')).length).toBe(2);
    expect(await (await call('/api/chat', { message: 'Hi' })).json()).toMatchObject({ model: 'lab/one' });
    expect(server.output()).not.toContain('canary');
  });

  it('keeps the connections of providers whose settings did not change', async () => {
    await write({ providers: { lab: lab() }, defaultModel: 'lab/one' });
    await using running = await start();
    const { server, call } = running;
    await call('/api/chat', { message: 'Hi' });
    const { connections } = upstream.stats;
    await write({ providers: { lab: lab() }, defaultModel: 'lab/two' });
    server.child.kill('SIGHUP');
    await server.sees(/was read again"/);
    expect(await (await call('/api/chat', { message: 'Hi' })).json()).toMatchObject({ model: 'lab/two' });
    expect(upstream.stats.connections).toBe(connections);
  });
});
