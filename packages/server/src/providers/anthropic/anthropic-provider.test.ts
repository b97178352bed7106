import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import { collect, never, request } from '../outcome.fixture.ts';
import { describeUpstreamProvider } from '../upstream-provider.contract.ts';
import { createAnthropicProvider } from './anthropic-provider.ts';

describeUpstreamProvider('AnthropicProvider', ({ url }, apiKey = 'sk-test') =>
  createAnthropicProvider({ apiKey, baseUrl: url }),
);

describe('the request to Anthropic', () => {
  it('carries the key as a bearer token and the API version', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = createAnthropicProvider({ apiKey: 'sk-test', baseUrl: upstream.url });
    const outcome = await collect(provider.generate(request, never));
    expect(outcome.error).toBeUndefined();
    const { path, headers, body } = upstream.lastReceived;
    expect(path).toBe('/v1/messages');
    expect(headers).toMatchObject({
      authorization: 'Bearer sk-test',
      'anthropic-version': '2026-10-21',
      'accept-encoding': 'identity',
    });
    expect(body).toEqual({
      model: 'fake',
      max_tokens: 4096,
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
    });
  });

  it('is one of the older API version where it has a temperature', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = createAnthropicProvider({ apiKey: 'sk-test', baseUrl: upstream.url });
    await collect(provider.generate({ ...request, temperature: 0 }, never));
    expect(upstream.lastReceived.headers).toMatchObject({ 'anthropic-version': '2023-06-01' });
    expect(upstream.lastReceived.body).toMatchObject({ temperature: 0 });
  });
});
