import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorisationRows, requestOf } from './_support/authorisation-rows.ts';
import { codeOf } from './_support/code-of.ts';
import { makeUnknownIds } from './_support/make-person.ts';
import { type TestServer, startServer } from './_support/start-server.ts';

const account = { email: 'ada@example.com', password: 'a password of ada' };
let server: TestServer;
let cookie: string;
beforeAll(async () => {
  server = await startServer();
  await server.rooms.auth.createUser({ ...account, role: 'user' });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Signs in as the page does; a browser would send the cookie from then on. */
async function signIn() {
  const response = await request(server.url).post('/api/auth/login').set('Origin', server.url).send(account);
  cookie = String([response.headers['set-cookie']].flat()[0]).split(';')[0] ?? '';
  return response;
}

const foreignOrigins = [
  'https://evil.example',
  'null',
  'http://127.0.0.1.evil.example',
  'https://127.0.0.1',
  'file://',
  '',
];
const byCookie = ['/api/auth/refresh', '/api/auth/logout'];

async function isStillSignedIn(): Promise<boolean> {
  const response = await request(server.url)
    .post('/api/auth/refresh')
    .set('Origin', server.url)
    .set('Cookie', cookie)
    .send({});
  return response.status === 200;
}

describe.each(byCookie)('%s, which the cookie alone opens,', (path) => {
  it.each(foreignOrigins)('refuses a page of the origin %j', async (origin) => {
    await signIn();
    const response = await request(server.url)
      .post(path)
      .set('Origin', origin)
      .set('Cookie', cookie)
      .send({});
    expect([response.status, response.body.code]).toEqual([403, 'origin_not_allowed']);
    expect(response.headers).not.toHaveProperty('set-cookie');
    expect(response.headers).not.toHaveProperty('access-control-allow-origin');
    expect(await isStillSignedIn()).toBe(true);
  });

  it('refuses a request without an Origin', async () => {
    await signIn();
    const response = await request(server.url).post(path).set('Cookie', cookie).send({});
    expect([response.status, response.body.code]).toEqual([403, 'origin_not_allowed']);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'refuses what a form can send: %s',
    async (type) => {
      await signIn();
      const response = await request(server.url)
        .post(path)
        .set('Origin', server.url)
        .set('Content-Type', type)
        .set('Cookie', cookie)
        .send('{}');
      expect([response.status, response.body.code]).toEqual([415, 'unsupported_media_type']);
      expect(await isStillSignedIn()).toBe(true);
    },
  );

  it('refuses a body without a type, and none at all', async () => {
    await signIn();
    const init = { method: 'POST', headers: { origin: server.url, cookie } };
    const untyped = await fetch(server.url + path, { ...init, body: new Blob(['{}']) });
    expect(untyped.status).toBe(415);
    expect((await fetch(server.url + path, init)).status).toBe(400);
    expect(await isStillSignedIn()).toBe(true);
  });

  it('cannot be asked by any other method', async () => {
    await signIn();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const response = await fetch(server.url + path, { method, headers: { origin: server.url, cookie } });
      expect(response.status).toBe(404);
    }
    expect(await isStillSignedIn()).toBe(true);
  });
});

describe.each(['/api/auth/login', '/api/auth/setup'])('%s', (path) => {
  it.each(foreignOrigins.filter(Boolean))(
    'refuses a page of the origin %j, which would sign people in as somebody else',
    async (origin) => {
      const response = await request(server.url).post(path).set('Origin', origin).send(account);
      expect([response.status, response.body.code]).toEqual([403, 'origin_not_allowed']);
      expect(response.headers).not.toHaveProperty('set-cookie');
    },
  );
});

describe('all other routes', () => {
  const rows = Object.entries(authorisationRows).filter(([, { needs }]) => needs !== 'nothing');

  it.each(rows)('%s takes no cookie for a token', async (name, row) => {
    await signIn();
    const { path, ...init } = requestOf(name, row, makeUnknownIds());
    const response = await server.call(path, { ...init, token: '', headers: { cookie, origin: server.url } });
    expect(response.status).toBe(401);
    expect(codeOf(await response.text())).toBe('token_missing');
  });
});
