import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { type TestServer, startServer } from './_support/start-server.ts';

let folder: string;
let upstream: FakeUpstream;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-every-'));
  upstream = await startFakeUpstream();
  const path = join(folder, 'sluice.config.json');
  const at = { baseUrl: upstream.openAiUrl, apiKeyVariable: 'OTHER_KEY' };
  await writeFile(
    path,
    JSON.stringify({
      providers: {
        groq: { preset: 'groq', ...at },
        azure: { preset: 'azure', ...at },
        vllm: { preset: 'vllm', ...at },
      },
      models: { 'openai/gpt-5.4': { api: 'responses' } },
    }),
  );
  server = await startServer({
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: upstream.url,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: upstream.openAiUrl,
    GEMINI_API_KEY: 'k',
    GEMINI_BASE_URL: upstream.url,
    OPENROUTER_API_KEY: 'k',
    OPENROUTER_BASE_URL: `${upstream.url}/api/v1`,
    AIAND_API_KEY: 'k',
    AIAND_BASE_URL: upstream.openAiUrl,
    OLLAMA_HOST: upstream.url,
    SLUICE_CONFIG: path,
    OTHER_KEY: 'k',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('one question', () => {
  it.each([
    ['anthropic/claude-haiku-5-5', '/v1/messages'],
    ['openai/gpt-4.1', '/v1/chat/completions'],
    ['openai/gpt-6.1-sol', '/v1/chat/completions'],
    ['openai/gpt-5.4', '/v1/responses'],
    ['gemini/gemini-3.8-flash', '/v1beta/models/gemini-3.8-flash:streamGenerateContent'],
    ['openrouter/openrouter/auto', '/api/v1/chat/completions'],
    ['aiand/any/model', '/v1/chat/completions'],
    ['ollama/fake:1b', '/api/chat'],
    ['groq/any/model', '/v1/chat/completions'],
    ['azure/our-deployment', '/v1/chat/completions'],
    ['vllm/qwen3', '/v1/chat/completions'],
  ])('to %s goes to %s, and its answer comes back', async (model, path) => {
    upstream.script({ text: `Hello from ${model}` });
    const response = await server.call('/api/chat', { body: { model, message: 'Hi' } });
    expect(await response.json()).toMatchObject({
      model,
      provider: model.split('/')[0],
      reason: 'complete',
      message: { content: `Hello from ${model}` },
      usage: { source: 'provider' },
    });
    expect(upstream.lastReceived.path).toBe(path);
  });

  it('that names no model goes to the first provider', async () => {
    const response = await server.call('/api/chat', { body: { message: 'Hi' } });
    expect(await response.json()).toMatchObject({ model: 'anthropic/claude-sonnet-5-5' });
  });
});

describe('GET /api/models', () => {
  it('lists what each of them has, and what they list themselves', async () => {
    const list = async () =>
      (await (await server.call('/api/models')).json()) as { models: { id: string; available: boolean }[] };
    await expect
      .poll(async () => (await list()).models.map(({ id }) => id))
      .toEqual(expect.arrayContaining(['openai/fake', 'ollama/fake:1b', 'groq/fake', 'vllm/fake']));
    const { models } = await list();
    expect(models.every(({ available }) => available)).toBe(true);
    expect(models.map(({ id }) => id)).not.toContain('ollama/embed:1b');
  });
});
