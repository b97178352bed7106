import { request as httpRequest } from 'node:http';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, startServer } from './_support/start-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    CORS_ORIGINS: 'https://app.example.com',
    RATE_LIMIT_PER_MINUTE: '1000',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

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
