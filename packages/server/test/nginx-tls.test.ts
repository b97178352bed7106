import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TLSSocket, connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blame } from '../src/doctor/blame.ts';
import { listHops } from '../src/doctor/hop.ts';
import { judgeHop } from '../src/doctor/judge-hop.ts';
import { measureHops } from '../src/doctor/measure-hops.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { prove } from './_support/guarantees/prove.ts';
import { openSocket } from './_support/open-socket.ts';
import { type TlsNginx, hasNginx, startTlsNginx } from './_support/start-nginx.ts';
import { useServer } from './_support/use-server.ts';

const host = 'chat.example.com';
const origin = `https://${host}`;

describe.skipIf(!hasNginx)('behind a real nginx with the shipped nginx.tls.conf', () => {
  const pair = useServer({ PUBLIC_URL: origin, TRUST_PROXY: '1', MAX_RUNS_PER_USER: '0' });
  let nginx: TlsNginx;
  beforeAll(async () => {
    nginx = await startTlsNginx(pair.server.url);
  });
  afterAll(() => nginx[Symbol.asyncDispose]());

  const port = () => Number(new URL(nginx.url).port);
  const openSession = async () => {
    // Self-made, as the certificate of nobody in particular.
    const session = connect(nginx.url, { rejectUnauthorized: false });
    session.on('error', () => undefined);
    await once(session, 'connect');
    return session;
  };
  const send = (session: ClientHttp2Session, path: string, options: { body: object; headers?: object }) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      ':authority': host,
      authorization: `Bearer ${pair.server.token}`,
      'content-type': 'application/json',
      ...options.headers,
    });
    stream.on('error', () => undefined);
    return stream.end(JSON.stringify(options.body));
  };
  const ask = (session: ClientHttp2Session, script: object): ClientHttp2Stream =>
    send(session, '/api/chat/stream', { body: { message: `[[fake ${JSON.stringify(script)}]]` } });
  const serial = async () => {
    const socket: TLSSocket = connectTls({ port: port(), host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return new X509Certificate(raw).serialNumber;
  };

  it('speaks HTTP/2 to whoever offers it, and hands each frame on when it is sent', async () => {
    const session = await openSession();
    expect(session.alpnProtocol).toBe('h2');
    const stream = ask(session, { tokens: 6, delayMs: 120 });
    const [headers] = await once(stream, 'response');
    expect(headers).toMatchObject({
      ':status': 200,
      'x-accel-buffering': 'no',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
    const arrivals: number[] = [];
    stream.on('data', (chunk) => String(chunk).includes('text-delta') && arrivals.push(performance.now()));
    expect(await text(stream)).toContain('"reason":"complete"');
    session.close();
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    // A machine that stalls lets a few come together; a proxy that holds them back, all.
    expect(gaps.filter((ms) => ms > 40).length).toBeGreaterThan(2);
  });

  it(`closes the upstream call when the client leaves, by its stream or its connection (× ${fullCounts ? 1000 : 60})`, async () => {
    const random = randomFrom('nginx HTTP/2 disconnects');
    const total = fullCounts ? 1000 : 60;
    let spanMs = 120;
    const leave = async (shared: ClientHttp2Session) => {
      // Drawn before anything is waited for, so that a seed draws the same again.
      const [isStreamAlone, isAnswered, share] = [random() < 0.7, random() < 0.6, random()];
      const session = isStreamAlone ? shared : await openSession();
      const stream = ask(session, { tokens: 500, firstDelayMs: 20, delayMs: 5 });
      stream.resume();
      if (isAnswered) await once(stream, 'response');
      await new Promise((resolve) => setTimeout(resolve, share * spanMs));
      if (isStreamAlone) stream.close(constants.NGHTTP2_CANCEL);
      else session.destroy();
    };
    const shared = await openSession();
    for (let done = 0; done < total; done += 10) {
      const before = pair.upstream.stats.requests;
      await Promise.all(Array.from({ length: 10 }, () => leave(shared)));
      // Most are to leave an answer that has begun, on a slow machine too.
      if (pair.upstream.stats.requests - before < 6) spanMs *= 1.1;
    }
    await vi
      .waitFor(() => expect(pair.upstream.stats.active).toBe(0), { timeout: 5000 })
      .catch(() => undefined);
    prove('leavers-http2', { found: pair.upstream.stats.active, cases: total, seed: random.seed });
    shared.destroy();
    expect(pair.upstream.stats.requests).toBeGreaterThan(total / 3);
    expect(pair.upstream.stats.completed).toBe(0);
  });

  it('takes a WebSocket, which asks by HTTP/1.1', async () => {
    const options = { origin, headers: { host }, rejectUnauthorized: false };
    using socket = await openSocket({ ...pair.server, url: nginx.url }, { options });
    socket.send({ type: 'chat', id: 'a', message: '[[fake {"text":"Safe and sound"}]]' });
    await socket.sees('done', 'a');
    expect(socket.text('a')).toBe('Safe and sound');
  });

  it('says of its own files, too, that there is nothing but https', async () => {
    const session = await openSession();
    const [headers] = await once(session.request({ ':path': '/assets/probe.js' }).resume(), 'response');
    session.close();
    expect(headers).toMatchObject({
      ':status': 200,
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    });
  });

  it('lets people sign in with a cookie that goes over TLS alone', async () => {
    const account = { email: 'owner@example.com', password: 'correct horse battery staple' };
    await pair.server.rooms.auth.createUser({ ...account, role: 'user' });
    const session = await openSession();
    const stream = send(session, '/api/auth/login', {
      body: account,
      headers: { authorization: undefined, origin },
    });
    const [headers] = await once(stream, 'response');
    stream.resume();
    session.close();
    expect(headers[':status']).toBe(200);
    expect(String(headers['set-cookie'])).toMatch(/^__Secure-sluice-refresh=.*; HttpOnly; Secure;/);
  });

  it('sends on people who come without TLS, but no calls of the API, nor who looks whether the name is ours', async () => {
    const get = (path: string) => fetch(nginx.plainUrl + path, { redirect: 'manual' });
    const sent = await get('/c/1?q=a%20b');
    expect([sent.status, sent.headers.get('location')]).toEqual([308, 'https://127.0.0.1/c/1?q=a%20b']);
    expect((await get('/assets/probe.js')).status).toBe(308);
    const folder = join(nginx.tlsFolder, 'acme/.well-known/acme-challenge');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'proof'), 'proof.of-the-name');
    expect(await (await get('/.well-known/acme-challenge/proof')).text()).toBe('proof.of-the-name');
    expect((await get('/.well-known/acme-challenge/nothing')).status).toBe(404);
    const outside = await get('/.well-known/acme-challenge/..%2f..%2f..%2fprivkey.pem');
    expect([outside.ok, await outside.text()]).toEqual([false, expect.not.stringContaining('PRIVATE KEY')]);
  });

  it('tells a program that comes without TLS to use https, in the envelope of the route', async () => {
    const useHttps = expect.stringMatching(/\buse https\b/);
    const code = 'invalid_request';
    const problem = { code, status: 400, detail: useHttps, retryable: false, requestId: expect.any(String) };
    const openai = { type: 'invalid_request_error', message: useHttps, sluice_code: code };
    const anthropic = { type: 'error', error: { type: 'invalid_request_error', message: useHttps } };
    const bodies = {
      '/api/me': problem,
      '//api/me': problem,
      '/a/../api/me': problem,
      '/v1/models': { error: openai },
      '/v1/messages?beta=true': anthropic,
    };
    for (const [path, body] of Object.entries(bodies)) {
      const response = await fetch(nginx.plainUrl + path, { method: 'POST', body: '{}', redirect: 'manual' });
      expect([response.status, await response.json()]).toMatchObject([400, body]);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': path.includes('api') ? 'application/problem+json' : 'application/json',
        'x-request-id': expect.stringMatching(/^[\da-f]{32}$/),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    }
    // No address of its own.
    expect((await fetch(`${nginx.plainUrl}/use-https/api`, { redirect: 'manual' })).status).toBe(308);
  });

  it('is known to sluice doctor by what it says to those who come without TLS', async () => {
    const hops = listHops({
      serverUrl: undefined,
      urls: [nginx.plainUrl],
      publicUrl: origin,
      areNamed: true,
    });
    const measured = await measureHops(hops, { makeToken: () => 'none', streamMs: 0 });
    const found = hops.flatMap((hop, index) =>
      measured.slice(index, index + 1).map((one) => judgeHop(hop, one, 0)),
    );
    expect(blame(found)).toMatchObject([
      { level: 'note', says: expect.stringContaining('takes calls of the API by https alone') },
    ]);
  });

  it('takes a renewed certificate at a reload, which cuts no stream', async () => {
    const session = await openSession();
    const stream = ask(session, { tokens: 40, delayMs: 50 });
    const whole = text(stream);
    await once(stream, 'response');
    const { serialNumber } = new X509Certificate(await nginx.renew());
    expect(await serial()).not.toBe(serialNumber);
    nginx.signal('SIGHUP');
    await expect.poll(serial, { timeout: 5000 }).toBe(serialNumber);
    expect(await whole).toMatch(/ t39"}.*"reason":"complete"/s);
    session.close();
  });
});
