import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveKeys } from '../src/auth/derive-keys.ts';
import { type TestServer, startServer } from './_support/start-server.ts';

const secret = randomBytes(32).toString('hex');
const key = deriveKeys(secret).token;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    JWT_SECRET: secret,
    CORS_ORIGINS: 'https://app.example.com',
    RATE_LIMIT_PER_MINUTE: '1000',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const now = () => Math.floor(Date.now() / 1000);
const claims = {
  iss: 'sluice',
  aud: 'sluice',
  sub: 'x',
  jti: 'x',
  scope: 'chat',
  iat: now(),
  exp: now() + 60,
};
const sign = (changes: object, header: object = {}) =>
  jwt.sign({ ...claims, ...changes }, key, { header: { alg: 'HS256', typ: 'token+jwt', ...header } });
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Each wrong in one way alone; those with our key would pass if that one check were missing. */
const forged: Record<string, string> = {
  'signed with another key': jwt.sign(claims, randomBytes(32), {
    header: { alg: 'HS256', typ: 'token+jwt' },
  }),
  'with alg none': `${encode({ alg: 'none', typ: 'token+jwt' })}.${encode(claims)}.`,
  'for another audience': sign({ aud: 'other' }),
  'of another issuer': sign({ iss: 'other' }),
  'of another type': sign({}, { typ: 'JWT' }),
  'of a session, signed as an app token': sign({ sid: 'x' }, { typ: 'session+jwt' }),
  'cut in the middle': sign({}).slice(0, -20),
  'not a token at all': 'hello',
};

const protectedRoutes = [
  ['POST', '/api/chat/stream'],
  ['POST', '/api/chat'],
  ['GET', '/api/models'],
  ['GET', '/api/me'],
  ['GET', '/api/runs/x/events'],
  ['POST', '/api/runs/x/stop'],
] as const;

describe.each(protectedRoutes)('%s %s', (method, path) => {
  it('is refused without a token', async () => {
    const response = await server.call(path, { method, token: '' });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ code: 'token_missing' });
  });

  it.each(Object.entries(forged))('is refused with a token %s', async (_name, token) => {
    const response = await server.call(path, { method, token });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'token_invalid' });
  });

  it('is refused with an expired token', async () => {
    const expired = sign({ iat: now() - 120, exp: now() - 60 });
    const response = await server.call(path, { method, token: expired });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'token_expired' });
  });

  it('is refused with a revoked token', async () => {
    const { id, token } = await server.rooms.auth.createAppToken({ email: 'gone@example.com', name: 'gone' });
    await server.rooms.auth.revokeAppToken(id);
    const response = await server.call(path, { method, token });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'token_revoked' });
  });

  it('is refused with a token of another scope', async () => {
    const { token } = await server.rooms.auth.createAppToken({
      email: 'user@example.com',
      name: 'usage',
      scopes: ['usage'],
    });
    const response = await server.call(path, { method, token });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'scope_missing' });
  });
});

describe('a Host name', () => {
  const statusFor = (host: string, path: string) =>
    new Promise<number>((resolve, reject) => {
      httpRequest(server.url + path, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('that is not ours is refused with 421, except by the probes', async () => {
    expect(await statusFor('evil.example', '/api/models')).toBe(421);
    expect(await statusFor('evil.example', '/')).toBe(421);
    expect(await statusFor('evil.example', '/healthz')).toBe(200);
    expect(await statusFor('evil.example', '/readyz')).toBe(200);
  });

  it('is told so in a problem body', async () => {
    const response = await request(server.url).get('/api/models').set('Host', 'evil.example');
    expect(response.body).toMatchObject({ code: 'misdirected_request', status: 421 });
  });

  it.each(['localhost', 'localhost:1', '127.0.0.1:8080', '[::1]:3000'])(
    '%s is ours while PUBLIC_URL is loopback',
    async (host) => {
      expect(await statusFor(host, '/api/models')).toBe(401);
    },
  );
});

describe('other origins', () => {
  it('are allowed exactly, without credentials', async () => {
    const preflight = await request(server.url)
      .options('/api/chat/stream')
      .set('Origin', 'https://app.example.com')
      .set('Access-Control-Request-Method', 'POST')
      .set('Access-Control-Request-Headers', 'authorization, x-stainless-lang, cookie-thief');
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(preflight.headers['access-control-allow-headers']).toBe('authorization,x-stainless-lang');
    expect(preflight.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each(['https://app.example.com.evil.test', 'http://app.example.com', 'null'])(
    'such as %s are not',
    async (origin) => {
      const response = await request(server.url).get('/api/models').set('Origin', origin);
      expect(response.headers).not.toHaveProperty('access-control-allow-origin');
    },
  );
});

describe('every response', () => {
  it.each(['/healthz', '/api/models', '/', '/nothing'])(
    '%s carries a request id and the security headers',
    async (path) => {
      const response = await server.call(path);
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
      expect(response.headers.has('x-powered-by')).toBe(false);
      expect(response.headers.has('strict-transport-security')).toBe(false);
      await response.body?.cancel();
    },
  );
});
