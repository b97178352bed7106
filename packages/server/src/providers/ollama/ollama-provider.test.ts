import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import { collect, never, request } from '../outcome.fixture.ts';
import { describeUpstreamProvider } from '../upstream-provider.contract.ts';
import { createOllamaProvider } from './ollama-provider.ts';

describeUpstreamProvider(
  'OllamaProvider',
  ({ url }, apiKey) => createOllamaProvider({ baseUrl: url, ...(apiKey && { apiKey }) }),
  {
    callId: 'nowhere',
    lineEnds: ['crlf'],
    sign: '\n',
  },
);

describe('the request to Ollama', () => {
  it('goes to /api/chat, without a key unless there is one', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = createOllamaProvider({ baseUrl: `${upstream.url}/` });
    await using keyed = createOllamaProvider({ baseUrl: upstream.url, apiKey: 'ollama-key' });
    const outcome = await collect(provider.generate({ ...request, temperature: 0.5 }, never));
    expect(outcome.error).toBeUndefined();
    const { path, headers, body } = upstream.lastReceived;
    expect(path).toBe('/api/chat');
    expect(headers).toMatchObject({ 'accept-encoding': 'identity', 'content-type': 'application/json' });
    expect(headers).not.toHaveProperty('authorization');
    expect(body).toEqual({
      model: 'fake',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      options: { temperature: 0.5 },
    });
    await collect(keyed.generate(request, never));
    expect(upstream.lastReceived.headers).toMatchObject({ authorization: 'Bearer ollama-key' });
  });
});
