import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, startServer } from './_support/start-server.ts';

let server: TestServer;
let cookieName: string;
beforeAll(async () => {
  server = await startServer();
  cookieName = `sluice-refresh-${new URL(server.url).port}`;
});
afterAll(() => server[Symbol.asyncDispose]());

const account = { email: 'Owner@example.com', password: 'correct horse battery' };
const post = (path: string, body: object = {}) =>
  request(server.url).post(path).set('Origin', server.url).set('Content-Type', 'application/json').send(body);
const cookieOf = (response: { headers: Record<string, unknown> }) =>
  String([response.headers['set-cookie']].flat()[0]);
const pairOf = (response: { headers: Record<string, unknown> }) => cookieOf(response).split(';')[0] ?? '';

describe('setting up', () => {
  it('makes the first administrator with the one-time code, once', async () => {
    const code = await server.rooms.auth.createSetupCode();
    const wrong = await post('/api/auth/setup', { ...account, code: 'wrong' });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'token_invalid']);
    const short = await post('/api/auth/setup', { ...account, code, password: 'short' });
    expect([short.status, short.body.detail]).toEqual([400, expect.stringContaining('password:')]);
    const answers = await Promise.all(
      [1, 2].map(() => post('/api/auth/setup', { ...account, code, name: 'Owner' })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    const done = answers.find(({ status }) => status === 200);
    expect(done?.body).toMatchObject({
      expiresIn: 600,
      user: { email: account.email, name: 'Owner', role: 'admin' },
    });
    const me = await server.call('/api/me', { token: done?.body.accessToken });
    expect(await me.json()).toMatchObject({
      email: account.email,
      role: 'admin',
      scopes: expect.arrayContaining(['admin', 'chat']),
    });
  });
});

describe('signing in', () => {
  it('sets a cookie that scripts, other sites and other paths cannot use', async () => {
    const response = await post('/api/auth/login', { ...account, email: 'owner@EXAMPLE.com' });
    expect(response.status).toBe(200);
    expect(cookieOf(response)).toMatch(
      new RegExp(`^${cookieName}=[^;]+; Path=/api/auth; Expires=[^;]+; HttpOnly; SameSite=Strict$`),
    );
    expect(response.headers['cache-control']).toBe('no-store');
    expect(JSON.stringify(response.body)).not.toContain(pairOf(response).split('=')[1]);
  });

  it.each([[{ ...account, password: 'wrong password' }], [{ ...account, email: 'nobody@example.com' }]])(
    'refuses %j in the same words',
    async (body) => {
      const response = await post('/api/auth/login', body);
      expect([response.status, response.body.code]).toEqual([401, 'token_invalid']);
      const known = await post('/api/auth/login', { ...account, password: 'also wrong' });
      expect(response.body.detail).toBe(known.body.detail);
    },
  );

  it('ends the session that this browser had before; an attempt that fails ends none', async () => {
    const first = await post('/api/auth/login', account);
    const statusOfFirst = async () =>
      (await server.call('/api/me', { token: first.body.accessToken })).status;
    const wrong = { ...account, password: 'a wrong password' };
    expect((await post('/api/auth/login', wrong).set('Cookie', pairOf(first))).status).toBe(401);
    await post('/api/auth/login', account);
    expect(await statusOfFirst()).toBe(200);
    const second = await post('/api/auth/login', account).set('Cookie', pairOf(first));
    expect([second.status, await statusOfFirst()]).toEqual([200, 401]);
    expect((await server.call('/api/me', { token: second.body.accessToken })).status).toBe(200);
  });

  it('is refused for pages of another origin', async () => {
    const response = await post('/api/auth/login', account).set('Origin', 'https://evil.example');
    expect([response.status, response.body.code]).toEqual([403, 'origin_not_allowed']);
    expect(response.headers).not.toHaveProperty('set-cookie');
  });
});

describe('coming back', () => {
  it('exchanges the cookie for a session and a successor', async () => {
    const first = await post('/api/auth/login', account);
    const second = await post('/api/auth/refresh').set('Cookie', `a=b; ${pairOf(first)}`);
    expect(second.status).toBe(200);
    expect(second.body.user.email).toBe(account.email);
    expect(pairOf(second)).not.toBe(pairOf(first));
  });

  it('gives twenty parallel refreshes one successor', async () => {
    const first = await post('/api/auth/login', account);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('/api/auth/refresh').set('Cookie', pairOf(first))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(pairOf)).size).toBe(1);
    const ids = await Promise.all(
      answers.map(async ({ body }) => (await server.rooms.auth.authenticate(body.accessToken)).sessionId),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('ends the session when a token older than the previous one comes back', async () => {
    const first = await post('/api/auth/login', account);
    const second = await post('/api/auth/refresh').set('Cookie', pairOf(first));
    const third = await post('/api/auth/refresh').set('Cookie', pairOf(second));
    await post('/api/auth/refresh').set('Cookie', pairOf(third));
    const replayed = await post('/api/auth/refresh').set('Cookie', pairOf(first));
    expect([replayed.status, replayed.body.code]).toEqual([401, 'token_revoked']);
    for (const token of [second, third]) {
      expect((await post('/api/auth/refresh').set('Cookie', pairOf(token))).status).toBe(401);
    }
    await expect
      .poll(async () => (await server.call('/api/me', { token: third.body.accessToken })).status)
      .toBe(401);
  });

  it.each([
    ['another origin', { Origin: 'https://evil.example' }, 403],
    ['a form', { 'Content-Type': 'text/plain' }, 415],
  ])('is refused for %s', async (_name, headers, status) => {
    const first = await post('/api/auth/login', account);
    const response = await post('/api/auth/refresh').set('Cookie', pairOf(first)).set(headers).send('{}');
    expect(response.status).toBe(status);
  });

  it('is refused without an Origin, which every browser sends', async () => {
    const first = await post('/api/auth/login', account);
    const response = await request(server.url)
      .post('/api/auth/refresh')
      .set('Content-Type', 'application/json')
      .set('Cookie', pairOf(first))
      .send('{}');
    expect(response.status).toBe(403);
  });

  it('is refused, not failed, with a cookie that is no token', async () => {
    for (const value of ['%E0%A4%A', 'x', '']) {
      const response = await post('/api/auth/refresh').set('Cookie', `${cookieName}=${value}`);
      expect(response.status).toBe(401);
    }
  });

  it('is over after signing out, for the access token too', async () => {
    const first = await post('/api/auth/login', account);
    const out = await post('/api/auth/logout').set('Cookie', pairOf(first));
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toMatch(new RegExp(`^${cookieName}=;.*Expires=Thu, 01 Jan 1970`));
    expect((await post('/api/auth/refresh').set('Cookie', pairOf(first))).status).toBe(401);
    expect((await server.call('/api/models', { token: first.body.accessToken })).status).toBe(401);
  });

  it('takes no refresh token for an access token', async () => {
    const first = await post('/api/auth/login', account);
    const token = pairOf(first).split('=')[1] ?? '';
    expect((await server.call('/api/models', { token })).status).toBe(401);
  });
});

describe('behind https', () => {
  it('uses a Secure cookie under its own name, HSTS, and the public host alone', async () => {
    await using secure = await startServer({ PUBLIC_URL: 'https://chat.example.com' });
    await secure.rooms.auth.createUser({ email: account.email, role: 'user', password: account.password });
    const response = await request(secure.url)
      .post('/api/auth/login')
      .set('Host', 'chat.example.com')
      .set('Origin', 'https://chat.example.com')
      .send(account);
    expect(response.status).toBe(200);
    expect(cookieOf(response)).toMatch(
      /^__Secure-sluice-refresh=[^;]+; Path=\/api\/auth; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(response.headers['strict-transport-security']).toContain('max-age=');
    expect((await request(secure.url).get('/api/models')).status).toBe(421);
  });
});
