import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, startServer } from './_support/start-server.ts';

const account = { email: 'owner@example.com', password: 'a password of the owner' };
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ TRUST_PROXY: '1' });
  await server.rooms.auth.createUser({ ...account, role: 'user' });
});
afterAll(() => server[Symbol.asyncDispose]());

const signIn = (address: string, login: Partial<typeof account> = {}) =>
  request(server.url)
    .post('/api/auth/login')
    .set('X-Forwarded-For', address)
    .send({ ...account, ...login });

async function failAt(address: string, login: Partial<typeof account> = {}) {
  const answers = [];
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    const { status, body, headers } = await signIn(address, { password: `wrong ${attempt}`, ...login });
    answers.push([status, body.code, body.detail, headers['retry-after']]);
  }
  return answers;
}

describe('too many wrong passwords', () => {
  it('are refused for a while where they come from, and let the owner in from elsewhere', async () => {
    const answers = await failAt('203.0.113.1');
    expect(answers.map(([status]) => status)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const refused = await signIn('203.0.113.1');
    expect([refused.status, refused.body]).toEqual([
      429,
      expect.objectContaining({ code: 'rate_limited', retryable: true }),
    ]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(20);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(30);
    expect((await signIn('203.0.113.2')).status).toBe(200);
    expect((await signIn('203.0.113.1')).status).toBe(429);
  });

  it('are no way to learn who has an account: an unknown email is answered in the same way', async () => {
    const known = await failAt('203.0.113.3');
    const unknown = await failAt('203.0.113.3', { email: 'nobody@example.com' });
    const words = (answers: unknown[][]) => answers.map(([status, code, detail]) => [status, code, detail]);
    expect(words(unknown)).toEqual(words(known));
  });

  it('are not escaped by another address of the same IPv6 network', async () => {
    for (let host = 1; host <= 5; host += 1) {
      expect((await signIn(`2001:db8::${host}`, { password: 'wrong' })).status).toBe(401);
    }
    expect((await signIn('2001:db8::ffff')).status).toBe(429);
    expect((await signIn('2001:db8:0:1::1')).status).toBe(200);
  });

  it('are counted as a password is changed as well', async () => {
    const { body } = await signIn('203.0.113.4');
    const change = () =>
      request(server.url)
        .post('/api/me/password')
        .set('X-Forwarded-For', '203.0.113.4')
        .set('Authorization', `Bearer ${body.accessToken}`)
        .send({ currentPassword: 'wrong', newPassword: 'another password of theirs' });
    const statuses = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) statuses.push((await change()).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect((await signIn('203.0.113.5')).status).toBe(200);
  });
});
