import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { createToken } from './_support/spawn-server.ts';

const OLLAMA_PORT = 11_434;
const main = 'packages/server/src/main.ts';
const listening = /^Sluice is listening on (http:\/\/127\.0\.0\.1:\d+)$/m;

async function isPortFree(): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(OLLAMA_PORT, '127.0.0.1'), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

const isFree = await isPortFree();
const title = isFree
  ? 'an Ollama on its default port, and no configuration'
  : 'an Ollama on its default port: skipped, for something listens on 11434';

describe.skipIf(!isFree)(title, () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sluice-ollama-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  /** As on a machine where nothing was set. */
  const environment = () => ({
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
    OLLAMA_HOST: '',
    ANTHROPIC_API_KEY: '',
    OPENAI_API_KEY: '',
    GEMINI_API_KEY: '',
    GOOGLE_API_KEY: '',
    OPENROUTER_API_KEY: '',
    AIAND_API_KEY: '',
  });
  const call = (url: string, token: string) => ({
    models: async () => {
      const response = await fetch(`${url}/api/models`, { headers: { authorization: `Bearer ${token}` } });
      return (await response.json()) as {
        default: string;
        models: { id: string; available: boolean; price: unknown }[];
      };
    },
    chat: (body: object) =>
      fetch(`${url}/api/chat`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then((response) => response.json() as Promise<Record<string, unknown>>),
  });

  it('is found at the start, told, and asked', async () => {
    await using ollama = await startFakeUpstream({ port: OLLAMA_PORT });
    ollama.script({ text: 'Hello from the next room' });
    await using server = spawnProcess(process.execPath, [main], environment());
    const [, url = ''] = await server.sees(listening);
    expect(server.output()).toMatch(/^Found Ollama at http:\/\/127\.0\.0\.1:11434 with 2 models$/m);
    expect(server.output()).not.toContain('demo model');
    const { models, chat } = call(url, await createToken(environment()));
    const listed = await models();
    expect(listed.default).toBe('ollama/fake:1b');
    const available = listed.models.filter((model) => model.available).map(({ id }) => id);
    expect(available).toEqual(['ollama/fake:1b', 'ollama/fake:cloud']);
    expect(await chat({ message: 'Hi' })).toMatchObject({
      model: 'ollama/fake:1b',
      provider: 'ollama',
      message: { content: 'Hello from the next room' },
      cost: { microUsd: 0 },
    });
    expect(ollama.lastReceived).toMatchObject({ path: '/api/chat', body: { model: 'fake:1b' } });
  });

  it('is not waited for when it only takes connections', async () => {
    const silent = createServer();
    await once(silent.listen(OLLAMA_PORT, '127.0.0.1'), 'listening');
    try {
      const before = performance.now();
      await using server = spawnProcess(process.execPath, [main], environment());
      await server.sees(listening);
      expect(performance.now() - before).toBeLessThan(8000);
      expect(server.output()).toContain('demo model');
    } finally {
      silent.close();
    }
  });

  it('that comes later takes the place of the demo within half a minute', { timeout: 60_000 }, async () => {
    await using server = spawnProcess(process.execPath, [main], environment());
    const [, url = ''] = await server.sees(listening);
    expect(server.output()).toMatch(/demo model.*GEMINI_API_KEY.*start Ollama/);
    const { models, chat } = call(url, await createToken(environment()));
    expect((await models()).default).toBe('demo/sluice');
    await using ollama = await startFakeUpstream({ port: OLLAMA_PORT });
    await expect
      .poll(async () => (await models()).default, { timeout: 40_000, interval: 500 })
      .toBe('ollama/fake:1b');
    expect(await chat({ message: 'Hi' })).toMatchObject({ model: 'ollama/fake:1b' });
    expect(ollama.lastReceived.path).toBe('/api/chat');
    expect(await chat({ model: 'demo/sluice', message: 'Hi' })).toMatchObject({ code: 'model_not_found' });
  });
});
