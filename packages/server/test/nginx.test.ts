import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { type RunningNginx, hasNginx, startNginx } from './_support/start-nginx.ts';
import {
  type TestServer,
  iterateEvents,
  pointAt,
  readEvents,
  startServer,
  textOf,
} from './_support/start-server.ts';

it.runIf(process.env['CI'] === 'true')('has a real nginx to test with', () => {
  expect(hasNginx).toBe(true);
});

describe.skipIf(!hasNginx)('behind a real nginx with the shipped nginx.conf', () => {
  let upstream: FakeUpstream;
  let server: TestServer;
  let nginx: RunningNginx;
  beforeAll(async () => {
    upstream = await startFakeUpstream();
    server = await startServer({ ...pointAt(upstream), TRUST_PROXY: '1', MAX_RUNS_PER_USER: '0' });
    nginx = await startNginx(server.url);
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });
  beforeEach(() => upstream.reset());

  const post = (path: string, body: string, signal?: AbortSignal) =>
    fetch(nginx.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body,
      ...(signal && { signal }),
    });

  it('hands each frame on when it is sent, and X-Accel-Buffering with it', async () => {
    upstream.script({ tokens: 6, delayMs: 120 });
    const response = await post('/api/chat/stream', '{"message":"Hi"}');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('content-encoding')).toBeNull();
    const arrivals: number[] = [];
    let text = '';
    for await (const { event } of iterateEvents(response)) {
      if (event.type !== 'text-delta') continue;
      arrivals.push(performance.now());
      text += event.text;
    }
    expect(text).toBe(' t0 t1 t2 t3 t4 t5');
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(40);
  });

  it(`closes the upstream call when the client leaves (× ${fullCounts ? 1000 : 60})`, async () => {
    const random = randomFrom('nginx disconnects');
    const total = fullCounts ? 1000 : 60;
    const leave = () => {
      const body = '{"message":"[[fake {\\"tokens\\":500,\\"firstDelayMs\\":20,\\"delayMs\\":5}]]"}';
      return new Promise<void>((resolve) => {
        const request = httpRequest(`${nginx.url}/api/chat/stream`, {
          method: 'POST',
          agent: false,
          headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        });
        request.on('response', (response) => response.on('error', () => undefined).resume());
        request.on('error', () => undefined);
        request.end(body, () => {
          setTimeout(() => {
            request.destroy();
            resolve();
          }, random() * 120);
        });
      });
    };
    for (let done = 0; done < total; done += 10) await Promise.all(Array.from({ length: 10 }, leave));
    await expect.poll(() => upstream.stats.active, { timeout: 5000 }).toBe(0);
    expect(upstream.stats.requests).toBeGreaterThan(total / 2);
    expect(upstream.stats.completed).toBe(0);
  });

  it('takes a 20 MiB body and refuses a larger one as a problem', async () => {
    const large = (mebibytes: number) => JSON.stringify({ message: 'x'.repeat(mebibytes * 1024 * 1024) });
    const accepted = await post('/api/chat', large(19));
    // Through nginx and the body parser, to the schema.
    expect([accepted.status, ((await accepted.json()) as { detail: string }).detail]).toEqual([
      400,
      expect.stringContaining('message:'),
    ]);
    const refused = await post('/api/chat', large(23));
    expect(refused.status).toBe(413);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused.json()).toMatchObject({
      code: 'payload_too_large',
      requestId: expect.stringMatching(/./),
    });
  });

  it("limits by the client's own address, whatever it claims", async () => {
    await using limited = await startServer({ TRUST_PROXY: '1', RATE_LIMIT_PER_MINUTE: '2' });
    await using proxy = await startNginx(limited.url);
    const statuses = [];
    for (let i = 0; i < 4; i += 1) {
      const headers = { 'x-forwarded-for': `10.0.0.${i}` };
      statuses.push((await fetch(`${proxy.url}/api/models`, { headers })).status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
  });

  it('serves hashed files itself, compressed and for ever', async () => {
    const response = await fetch(`${nginx.url}/assets/probe.js`, { headers: { 'accept-encoding': 'gzip' } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      'x-content-type-options': 'nosniff',
    });
    expect((await fetch(`${nginx.url}/assets/nothing.js`)).status).toBe(404);
  });

  it('gives its own errors in the envelope of the route while the server is away', async () => {
    const away = await startServer();
    await using proxy = await startNginx(away.url);
    await away[Symbol.asyncDispose]();
    const get = async (path: string) => {
      const response = await fetch(proxy.url + path, { method: 'POST' });
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        text: await response.text(),
      };
    };
    const api = await get('/api/chat/stream');
    expect([api.status, api.retryAfter]).toEqual([503, '2']);
    expect(JSON.parse(api.text)).toMatchObject({ code: 'unavailable', status: 503, retryable: true });
    const openai = await get('/v1/chat/completions');
    expect([openai.status, JSON.parse(openai.text).error.code]).toEqual([503, 'unavailable']);
    const anthropic = await get('/v1/messages');
    expect([anthropic.status, JSON.parse(anthropic.text).type]).toEqual([503, 'error']);
    expect((await get('/')).text).toContain('Sluice is starting');
  });

  it("passes the server's own refusals on as they are", async () => {
    const response = await fetch(`${nginx.url}/api/models`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'token_missing' });
  });

  it('streams whole answers', async () => {
    upstream.script({ text: 'Grüße 👩‍👩‍👧 漢字 '.repeat(500), split: 'random', seed: 3 });
    const events = await readEvents(await post('/api/chat/stream', '{"message":"Hi"}'));
    expect(textOf(events)).toBe('Grüße 👩‍👩‍👧 漢字 '.repeat(500));
  });
});
