import { request } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { pointAt, startServer } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';
import { writeModelsConfig } from './_support/write-models-config.ts';

const origin = 'https://app.example.com';
const blind = 'openai/blind';
const pair = useServer({
  CORS_ORIGINS: origin,
  MAX_RUNS_PER_USER: '1',
  SLUICE_CONFIG: writeModelsConfig({ models: { [blind]: { capabilities: { images: false } } } }),
});

const chat = '/v1/chat/completions';
const messages = '/v1/messages';
const hi = { max_tokens: 10, messages: [{ role: 'user' as const, content: 'Hi' }] };

/** Either dialect's error, and what its clients read beside it. */
async function refusal(path: string, init: Parameters<typeof pair.server.call>[1] = {}) {
  const response = await pair.server.call(path, init);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'));
  const body = (await response.json()) as {
    type?: string;
    request_id?: string;
    error: { type: string; message: string; sluice_code: string };
  };
  const isAnthropic = path.startsWith(messages);
  expect(Object.keys(body).toSorted()).toEqual(isAnthropic ? ['error', 'request_id', 'type'] : ['error']);
  const { status, headers } = response;
  return { status, code: body.error.sluice_code, message: body.error.message, headers };
}

it.each([chat, messages])(
  'takes what it leaves out for a part of what a key stands for: %s',
  async (path) => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const ask = (seed: number) => pair.server.call(path, { body: { ...hi, seed }, headers });
    const [first, again] = [await ask(1), await ask(1)];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('x-sluice-dropped')).toBe('seed');
    expect(await again.text()).toEqual(await first.text());
    const { status, code } = await refusal(path, { body: { ...hi, seed: 2 }, headers });
    expect([status, code]).toEqual([422, 'idempotency_mismatch']);
  },
);

describe.each([chat, messages])('%s', (path) => {
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(pair.server.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${pair.server.token}`,
        'content-type': 'application/json',
        ...headers,
      },
      body,
    });

  it('answers in its own words whatever is wrong with a body', async () => {
    for (const [body, headers, status] of [
      ['{"messages":', {}, 400],
      ['', {}, 400],
      ['null', {}, 400],
      ['[]', {}, 400],
      ['messages=Hi', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['{}', { 'content-type': 'application/json; charset=shift-jis' }, 415],
      [`"${'x'.repeat(21 * 1024 * 1024)}"`, {}, 413],
      [`{"messages":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, {}, 400],
    ] as const) {
      const response = await send(body, headers);
      expect([response.status, response.headers.get('x-should-retry')]).toEqual([status, 'false']);
      expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(/./) } });
    }
  });

  it('answers in its own words without a token, and without the scope', async () => {
    expect(await refusal(path, { token: '', body: hi })).toMatchObject({
      status: 401,
      code: 'token_missing',
    });
    const email = 'other@example.com';
    const { token } = await pair.server.rooms.auth.createAppToken({ email, name: 'x', scopes: ['usage'] });
    expect(await refusal(path, { token, body: hi })).toMatchObject({ status: 403, code: 'scope_missing' });
  });

  it('answers in its own words by other methods', async () => {
    expect(await refusal(path)).toMatchObject({
      status: 404,
      code: 'not_found',
      message: `there is no GET ${path}`,
    });
  });

  it('answers in its own words under another Host', async () => {
    const { port } = new URL(pair.server.url);
    const status = await new Promise((resolve, reject) => {
      const call = request({
        port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        headers: { host: 'evil.example' },
      });
      call.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve([response.statusCode, JSON.parse(text).error.sluice_code]));
      });
      call.on('error', reject).end();
    });
    expect(status).toEqual([421, 'misdirected_request']);
  });

  it('says when there are too many runs at once, and when to come back', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const first = new AbortController();
    const running = pair.server.call(path, { body: { ...hi, stream: true }, signal: first.signal });
    await (await running).body?.getReader().read();
    const { status, code, headers } = await refusal(path, { body: hi });
    expect([status, code, headers.get('x-should-retry')]).toEqual([429, 'too_many_runs', 'true']);
    expect(Number(headers.get('retry-after-ms'))).toBeGreaterThan(0);
    first.abort();
    await pair.upstream.idle();
  });

  it('names an image that the model does not take as the caller has it', async () => {
    const data = 'AAAA';
    const part =
      path === chat
        ? { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }
        : { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
    const content = [{ type: 'text', text: '' }, part];
    const body = { model: blind, messages: [{ role: 'user', content }] };
    const { status, message } = await refusal(path, { body });
    expect(status).toBe(400);
    expect(message).toMatch(
      path === chat ? /^messages\.0\.content\.1\.image_url\.url: / : /^messages\.0\.content\.1: /,
    );
  });
});

it.each([chat, '/v1/models/nobody/x'])(
  'says which field has the model that there is not: %s',
  async (path) => {
    const response = await pair.server.call(
      path,
      path === chat ? { body: { ...hi, model: 'nobody/x' } } : {},
    );
    const { error } = (await response.json()) as { error: { param: string; message: string } };
    expect([response.status, error.param]).toEqual([404, 'model']);
    expect(error.message).not.toContain('/api/');
  },
);

it.each(['/v1/nothing', '/v1/completions', '/v1/messages/count_tokens', '/v1/models/%E0%A4%A'])(
  'answers in the words of a dialect where there is no route: %s',
  async (path) => {
    const response = await refusal(path, { body: hi });
    expect([400, 404]).toContain(response.status);
  },
);

it('counts runs in a minute, and says so in the words of either', async () => {
  await using server = await startServer({ ...pointAt(pair.upstream), RATE_LIMIT_PER_MINUTE: '1' });
  await (await server.call(chat, { body: hi })).text();
  for (const path of [chat, messages]) {
    const response = await server.call(path, { body: hi });
    const [seconds, ms] = ['retry-after', 'retry-after-ms'].map((name) => Number(response.headers.get(name)));
    expect([response.status, ms]).toEqual([429, (seconds ?? 0) * 1000]);
    expect(seconds).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: { type: 'rate_limit_error' } });
  }
});

it('lets pages of other origins read what the SDKs read', async () => {
  const response = await pair.server.call(chat, { body: {}, headers: { origin } });
  expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase() ?? '';
  for (const name of ['x-request-id', 'request-id', 'x-should-retry', 'retry-after-ms', 'x-sluice-dropped']) {
    expect(exposed).toContain(name);
  }
});

describe('a budget that is used up', () => {
  it("is a quota to either's client, which does not try again", async () => {
    const { rooms, token, url } = pair.server;
    const { userId } = await rooms.auth.authenticate(token);
    const limit = { subject: 'user' as const, id: userId, period: 'day' as const, unit: 'requests' as const };
    await rooms.limits.change({ ...limit, amount: 0 });
    const openAi = new OpenAI({ baseURL: `${url}/v1`, apiKey: token });
    const anthropic = new Anthropic({ baseURL: url, authToken: token, apiKey: null });
    const refused = await openAi.chat.completions
      .create({ ...hi, model: 'openai/gpt-4.1' })
      .catch((error) => error);
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
    expect(refused).toMatchObject({ status: 429, code: 'insufficient_quota', type: 'insufficient_quota' });
    expect(refused.headers.get('x-should-retry')).toBe('false');
    const other = await anthropic.messages.create({ ...hi, model: 'openai/gpt-4.1' }).catch((error) => error);
    expect(other).toBeInstanceOf(Anthropic.RateLimitError);
    expect(other.headers.get('x-should-retry')).toBe('false');
    expect(pair.upstream.stats.requests).toBe(0);
    await rooms.limits.change({ ...limit, amount: null });
  });
});
