import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import { codeOf, collect, never, request } from '../outcome.fixture.ts';
import { describeUpstreamProvider } from '../upstream-provider.contract.ts';
import { createGeminiProvider } from './gemini-provider.ts';

describeUpstreamProvider(
  'GeminiProvider',
  ({ url }, apiKey = 'gm-test') => createGeminiProvider({ apiKey, baseUrl: url }),
  { callId: 'chunk' },
);

describe('the request to Gemini', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('carries the key in its header and asks for an event stream', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = await createGeminiProvider({ apiKey: 'gm-test', baseUrl: `${upstream.url}/` });
    const asked = { ...request, systemPrompt: 'Be brief.', temperature: 0.5, maxOutputTokens: 9 };
    const outcome = await collect(
      provider.generate({ ...asked, reasoning: 'low', dialect: { reasoning: 'level' } }, never),
    );
    expect(outcome.error).toBeUndefined();
    const { path, headers, body } = upstream.lastReceived;
    expect(path).toBe('/v1beta/models/fake:streamGenerateContent');
    expect(headers).toMatchObject({ 'x-goog-api-key': 'gm-test', 'accept-encoding': 'identity' });
    expect(headers).not.toHaveProperty('x-server-timeout');
    expect(body).toEqual({
      model: 'fake',
      contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      systemInstruction: { role: 'user', parts: [{ text: 'Be brief.' }] },
      generationConfig: {
        temperature: 0.5,
        maxOutputTokens: 9,
        thinkingConfig: { includeThoughts: true, thinkingLevel: 'LOW' },
      },
    });
  });

  it('is what the options say, whatever the environment says', async () => {
    await using elsewhere = await startFakeUpstream();
    await using upstream = await startFakeUpstream();
    for (const [name, value] of Object.entries({
      GEMINI_API_KEY: 'another',
      GOOGLE_GENAI_USE_VERTEXAI: 'true',
      GOOGLE_GENAI_USE_ENTERPRISE: 'true',
      GOOGLE_GENAI_API_VERSION: 'v9',
      GOOGLE_CLOUD_PROJECT: 'project',
      GOOGLE_CLOUD_LOCATION: 'europe',
      GOOGLE_GEMINI_BASE_URL: elsewhere.url,
      GOOGLE_VERTEX_BASE_URL: elsewhere.url,
    })) {
      vi.stubEnv(name, value);
    }
    await using provider = await createGeminiProvider({ apiKey: 'gm-test', baseUrl: upstream.url });
    expect((await collect(provider.generate(request, never))).error).toBeUndefined();
    expect(upstream.lastReceived).toMatchObject({
      path: '/v1beta/models/fake:streamGenerateContent',
      headers: { 'x-goog-api-key': 'gm-test' },
    });
    expect(elsewhere.stats.connections).toBe(0);
  });

  it('warns of no key in the environment, none of which it uses', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      vi.stubEnv('GEMINI_API_KEY', 'one');
      vi.stubEnv('GOOGLE_API_KEY', 'two');
      await using _provider = await createGeminiProvider({ apiKey: 'gm-test' });
      expect(warn).not.toHaveBeenCalled();
      console.warn('heard');
      expect(warn).toHaveBeenCalledExactlyOnceWith('heard');
    } finally {
      warn.mockRestore();
    }
  });

  it.each(['../files', 'a?b', 'a&b', '%2e%2e/files', 'a b', 'a#b', ''])(
    'makes no call for the model %j, which would be another address',
    async (model) => {
      await using upstream = await startFakeUpstream();
      await using provider = await createGeminiProvider({ apiKey: 'k', baseUrl: upstream.url });
      const { error } = await collect(provider.generate({ ...request, model }, never));
      expect(codeOf(error)).toBe('upstream_invalid');
      expect(upstream.stats.connections).toBe(0);
    },
  );
});

describe("Gemini's errors", () => {
  const envelope = (code: number, fields: object) => ({
    status: code,
    body: JSON.stringify({ error: { code, message: 'key sk-secret', ...fields } }),
    headers: { 'content-type': 'application/json; charset=UTF-8' },
  });
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' };

  it.each([
    [
      'a bad key, which is a 400',
      envelope(400, { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] }),
      { code: 'upstream_auth' },
    ],
    [
      'a rate, with the time to wait',
      envelope(429, { status: 'RESOURCE_EXHAUSTED', details: [{}, retryInfo] }),
      { code: 'upstream_rate_limited', details: { retryAfterMs: 1500 } },
    ],
    [
      'a quota',
      envelope(429, { status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota' }),
      { code: 'upstream_quota' },
    ],
    [
      'a prompt that is too long',
      envelope(400, {
        status: 'INVALID_ARGUMENT',
        message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).',
      }),
      { code: 'context_length_exceeded' },
    ],
    [
      'an error in a list, as for answers that are no event stream',
      { status: 503, body: JSON.stringify([{ error: { code: 503, status: 'UNAVAILABLE' } }]) },
      { code: 'upstream_overloaded' },
    ],
    [
      'JSON that is none',
      {
        status: 400,
        body: '{"error": "API key not valid sk-secret',
        headers: { 'content-type': 'application/json' },
      },
      { code: 'upstream_auth' },
    ],
  ])('are read: %s', async (_what, script, expected) => {
    await using upstream = await startFakeUpstream();
    await using provider = await createGeminiProvider({ apiKey: 'k', baseUrl: upstream.url });
    upstream.script(script);
    const { error } = await collect(provider.generate(request, never));
    expect(error).toMatchObject(expected);
    expect(inspect(error, { depth: 9 })).not.toContain('sk-');
    expect(upstream.stats.requests).toBe(1);
  });
});

describe('the list of Gemini', () => {
  it('has the models of all pages that can chat', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = await createGeminiProvider({ apiKey: 'k', baseUrl: upstream.url });
    expect(await provider.listModels?.(never)).toEqual([
      {
        name: 'gemini-3-fake',
        title: 'Gemini 3 Fake',
        contextWindow: 1_048_576,
        maxOutputTokens: 65_536,
        capabilities: { reasoning: true, reasoningLevels: ['low', 'medium', 'high'] },
        dialect: { reasoning: 'level' },
      },
    ]);
  });

  it('is an error where the upstream has none, and throws the reason of a signal', async () => {
    const upstream = await startFakeUpstream();
    await using provider = await createGeminiProvider({ apiKey: 'k', baseUrl: `${upstream.url}/nowhere` });
    await expect(provider.listModels?.(never)).rejects.toMatchObject({ code: 'upstream_invalid' });
    const reason = new Error('gone');
    await expect(provider.listModels?.(AbortSignal.abort(reason))).rejects.toBe(reason);
    await upstream[Symbol.asyncDispose]();
    await expect(provider.listModels?.(never)).rejects.toMatchObject({ code: 'upstream_unreachable' });
  });
});
