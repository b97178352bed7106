import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import { collect, never, request } from '../outcome.fixture.ts';
import { describeUpstreamProvider } from '../upstream-provider.contract.ts';
import { createOpenaiProvider } from './openai-provider.ts';

describeUpstreamProvider('OpenaiProvider', ({ openAiUrl }, apiKey = 'sk-test') =>
  createOpenaiProvider({ apiKey, baseUrl: openAiUrl }),
);

describeUpstreamProvider('OpenaiProvider over Responses', ({ openAiUrl }, apiKey = 'sk-test') => {
  const provider = createOpenaiProvider({ apiKey, baseUrl: openAiUrl });
  return {
    ...provider,
    generate: (asked, signal) => provider.generate({ ...asked, dialect: { api: 'responses' } }, signal),
  };
});

describe('the request to OpenAI', () => {
  it('carries the key as a bearer token and asks for usage', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = createOpenaiProvider({ apiKey: 'sk-test', baseUrl: upstream.openAiUrl });
    const outcome = await collect(
      provider.generate({ ...request, temperature: 0.5, maxOutputTokens: 9 }, never),
    );
    expect(outcome.error).toBeUndefined();
    const { path, headers, body } = upstream.lastReceived;
    expect(path).toBe('/v1/chat/completions');
    expect(headers).toMatchObject({ authorization: 'Bearer sk-test', 'accept-encoding': 'identity' });
    expect(body).toEqual({
      model: 'fake',
      messages: [{ role: 'user', content: 'Hello' }],
      temperature: 0.5,
      max_completion_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("goes to Responses where the model's dialect says so", async () => {
    await using upstream = await startFakeUpstream();
    await using provider = createOpenaiProvider({ apiKey: 'sk-test', baseUrl: upstream.openAiUrl });
    const asked = { ...request, dialect: { api: 'responses' } as const };
    const outcome = await collect(provider.generate(asked, never));
    expect(outcome.error).toBeUndefined();
    expect(upstream.lastReceived.path).toBe('/v1/responses');
  });
});
