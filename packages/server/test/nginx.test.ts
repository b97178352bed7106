import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { freePort } from './_support/free-port.ts';
import { prove } from './_support/guarantees/prove.ts';
import { openSocket, refusedSocket } from './_support/open-socket.ts';
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

  it("passes an app's own id of a chat on as it was written", async () => {
    upstream.script({ tokens: 20, delayMs: 10 });
    const asked = await post('/api/ai-sdk/chat', '{"id":"c/1 x%","message":"Hi"}');
    const again = await fetch(`${nginx.url}/api/ai-sdk/chat/${encodeURIComponent('c/1 x%')}/stream`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect([again.status, again.headers.get('x-run-id')]).toEqual([200, asked.headers.get('x-run-id')]);
    expect(await again.text()).toMatch(/ t19"}\n\n.*"finish"/s);
    await asked.text();
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
    // A machine that stalls lets a few come together; a proxy that holds them back, all.
    expect(gaps.filter((ms) => ms > 40).length).toBeGreaterThan(2);
  });

  it('breaks the connection of a plain text that was cut, and ends that of a whole one', async () => {
    upstream.script({ tokens: 10, after: 3, end: 'truncate' });
    const cut = await post('/api/chat/stream?format=text', '{"message":"Hi"}');
    let text = '';
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const piece of cut.body ?? []) text += decoder.decode(piece as Uint8Array, { stream: true });
    };
    await expect(read()).rejects.toThrow();
    expect(text).toBe(' t0 t1 t2');
    upstream.script({ text: 'whole' });
    const whole = await post('/api/chat/stream?format=text', '{"message":"Hi"}');
    expect(await whole.text()).toBe('whole');
  });

  it('lets a model be named with its slash, encoded or not', async () => {
    const headers = { authorization: `Bearer ${server.token}` };
    for (const name of ['anthropic/claude-sonnet-5-5', 'anthropic%2Fclaude-sonnet-5-5']) {
      const response = await fetch(`${nginx.url}/v1/models/${name}`, { headers });
      expect(await response.json()).toMatchObject({ id: 'anthropic/claude-sonnet-5-5' });
    }
  });

  it('lets a WebSocket through, hands each frame on when it is sent, and tells when the client leaves', async () => {
    upstream.script({ tokens: 6, delayMs: 120 });
    using socket = await openSocket({ ...server, url: nginx.url }, { options: { origin: nginx.url } });
    const arrivals: number[] = [];
    socket.ws.on('message', () => arrivals.push(performance.now()));
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    await socket.sees('done', 'a');
    expect(socket.text('a')).toBe(' t0 t1 t2 t3 t4 t5');
    const gaps = arrivals.slice(1, 7).map((at, index) => at - (arrivals[index] ?? 0));
    expect(gaps.filter((ms) => ms > 40).length).toBeGreaterThan(3);
    upstream.script({ tokens: 500, delayMs: 5 });
    socket.send({ type: 'chat', id: 'b', message: 'Hi' });
    await socket.sees('token', 'b');
    socket.ws.terminate();
    await expect.poll(() => upstream.stats.active).toBe(0);
    const foreign = { options: { origin: 'https://evil.example' } };
    expect(await refusedSocket({ ...server, url: nginx.url }, foreign)).toMatchObject({
      status: 403,
      body: { code: 'origin_not_allowed' },
    });
  });

  it(`closes the upstream call when the client leaves (× ${fullCounts ? 1000 : 60})`, async () => {
    const random = randomFrom('nginx disconnects');
    const total = fullCounts ? 1000 : 60;
    let spanMs = 120;
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
          }, random() * spanMs);
        });
      });
    };
    for (let done = 0; done < total; done += 10) {
      const before = upstream.stats.requests;
      await Promise.all(Array.from({ length: 10 }, leave));
      // Most are to leave an answer that has begun, on a slow machine too.
      if (upstream.stats.requests - before < 6) spanMs *= 1.1;
    }
    await vi.waitFor(() => expect(upstream.stats.active).toBe(0), { timeout: 5000 }).catch(() => undefined);
    prove('leavers-nginx', { found: upstream.stats.active, cases: total, seed: random.seed });
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
      'content-type': expect.stringMatching(/javascript; charset=utf-8$/),
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(response.headers.has('strict-transport-security')).toBe(false);
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
        keeping: `${response.headers.get('cache-control')}, ${response.headers.get('x-content-type-options')}`,
        retryAfter: response.headers.get('retry-after'),
        text: await response.text(),
      };
    };
    const api = await get('/api/chat/stream');
    expect([api.status, api.retryAfter, api.keeping]).toEqual([503, '2', 'no-store, nosniff']);
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

  it('logs what was asked for, but the key of no share', async () => {
    const paths = ['/api/shares/secret-a', '/API/Shares/secret-b?download=1', '/share/secret-c'];
    for (const path of [...paths, '/api/models?of=all']) await (await fetch(nginx.url + path)).text();
    await expect.poll(() => nginx.readLog()).toContain('"GET /api/models?of=all HTTP/1.1" 401 ');
    const log = await nginx.readLog();
    expect(log).toContain('"GET /api/shares/... HTTP/1.1" 404 ');
    expect(log).toContain('"GET /share/... HTTP/1.1" 200 ');
    expect(log).not.toContain('secret-');
  });

  it('streams whole answers', async () => {
    upstream.script({ text: 'Grüße 👩‍👩‍👧 漢字 '.repeat(500), split: 'random', seed: 3 });
    const events = await readEvents(await post('/api/chat/stream', '{"message":"Hi"}'));
    expect(textOf(events)).toBe('Grüße 👩‍👩‍👧 漢字 '.repeat(500));
  });
});

/** A server that reads requests and then cuts the connection, as one that is killed does. */
async function startCutter() {
  const seen: string[] = [];
  const cutter = createServer((req) => {
    seen.push(`${req.method} ${req.url}`);
    req.resume().on('end', () => req.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(cutter, 'listening');
  return {
    url: `http://127.0.0.1:${(cutter.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      const closed = once(cutter, 'close');
      cutter.close();
      cutter.closeAllConnections();
      await closed;
    },
  };
}

describe.skipIf(!hasNginx)('in front of two servers, nginx', () => {
  let upstream: FakeUpstream;
  let server: TestServer;
  beforeAll(async () => {
    upstream = await startFakeUpstream();
    server = await startServer({ ...pointAt(upstream), TRUST_PROXY: '1', MAX_RUNS_PER_USER: '0' });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });
  beforeEach(() => upstream.reset());

  const authorization = () => ({ authorization: `Bearer ${server.token}` });
  const ask = (proxy: RunningNginx) =>
    fetch(`${proxy.url}/api/chat/stream`, {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'application/json' },
      body: '{"message":"Hi"}',
    });

  it('asks the other when one takes no connections', async () => {
    await using proxy = await startNginx(`http://127.0.0.1:${await freePort()}`, server.url);
    const answers = await Promise.all(Array.from({ length: 20 }, async () => readEvents(await ask(proxy))));
    for (const events of answers) expect(events.at(-1)?.event).toMatchObject({ reason: 'complete' });
    expect(upstream.stats.requests).toBe(20);
  });

  /** One after the other, for longer than nginx leaves out a server that has failed. @returns the statuses */
  async function paced(send: () => Promise<Response>): Promise<number[]> {
    const statuses: number[] = [];
    for (let sent = 0; sent < 50; sent += 1) {
      const response = await send();
      await response.text();
      statuses.push(response.status);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    return statuses;
  }

  it('sends nothing twice that starts an answer, should a server have read it and died', async () => {
    await using cutter = await startCutter();
    await using proxy = await startNginx(cutter.url, server.url);
    const statuses = await paced(() => ask(proxy));
    const cut = cutter.seen.filter((request) => request === 'POST /api/chat/stream').length;
    expect(cut).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 503)).toHaveLength(cut);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50 - cut);
    expect(upstream.stats.requests).toBe(50 - cut);
  });

  it('asks the other for what only reads, should a server have died over it', async () => {
    await using cutter = await startCutter();
    await using proxy = await startNginx(cutter.url, server.url);
    const statuses = await paced(() => fetch(`${proxy.url}/api/me`, { headers: authorization() }));
    expect(cutter.seen).toContain('GET /api/me');
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('finds a server again that comes back', async () => {
    const port = await freePort();
    await using proxy = await startNginx(`http://127.0.0.1:${port}`, `http://127.0.0.1:${await freePort()}`);
    expect((await ask(proxy)).status).toBe(503);
    await using back = await startServer({ PORT: String(port), TRUST_PROXY: '1' });
    const status = async () =>
      (await fetch(`${proxy.url}/api/me`, { headers: { authorization: `Bearer ${back.token}` } })).status;
    await expect.poll(status, { timeout: 3000 }).toBe(200);
  });
});
