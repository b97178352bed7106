import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { type LocalIssuer, audience, startLocalIssuer } from './_support/local-issuer.ts';
import { prove } from './_support/guarantees/prove.ts';
import { type TestServer, iterateEvents, pointAt, startServer } from './_support/start-server.ts';

const password = 'a password of somebody';
let issuer: LocalIssuer;
let upstream: FakeUpstream;
let server: TestServer;
beforeAll(async () => {
  issuer = await startLocalIssuer();
  upstream = await startFakeUpstream();
  server = await startServer({
    ...pointAt(upstream),
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: audience,
    OIDC_REQUIRED_CLAIM: '*',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

async function makeUser() {
  const { auth } = server.rooms;
  const email = `${crypto.randomUUID()}@example.com`;
  const { id } = await auth.createUser({ email, role: 'user', password });
  const signedIn = await auth.login({ email, password });
  return { id, email, ...signedIn, access: signedIn.session.accessToken };
}

/** Begins a stream per token, revokes, and tells how each ended and how long that took. */
async function endingsOf(tokens: readonly string[], revoke: () => Promise<unknown>) {
  upstream.script({ tokens: 6000, delayMs: 10 });
  const streams = await Promise.all(
    tokens.map(async (token) => {
      const response = await server.call('/api/chat/stream', { body: { message: 'Hi' }, token });
      expect(response.status).toBe(200);
      return iterateEvents(response);
    }),
  );
  await Promise.all(
    streams.map(async (events) => {
      for (let seen = 0; seen < 5; seen += 1) await events.next();
    }),
  );
  const revokedAt = performance.now();
  await revoke();
  return Promise.all(
    streams.map(async (events) => {
      const rest = await Array.fromAsync(events);
      const last = rest.slice(-2).map(({ event }) => event);
      return { last, ms: performance.now() - revokedAt };
    }),
  );
}

const isCut = {
  last: [
    { type: 'error', error: expect.any(String), code: 'token_revoked', retryable: false },
    expect.objectContaining({ type: 'run-end', done: true, reason: 'revoked' }),
  ],
  ms: expect.any(Number),
};

function expectCut(endings: { last: unknown; ms: number }[]) {
  for (const ending of endings) {
    expect(ending).toEqual(isCut);
    prove('revocations', { found: ending.ms, cases: 1 });
  }
}

describe('a running stream ends with token_revoked within two seconds', () => {
  it('when its app token is revoked', async () => {
    const { email, access } = await makeUser();
    const { auth } = server.rooms;
    const { id, token } = await auth.createAppToken({ email, name: 'x' });
    const revoke = () => server.call(`/api/tokens/${id}`, { method: 'DELETE', token: access });
    expectCut(await endingsOf([token], revoke));
    await expect.poll(() => upstream.stats.active).toBe(0);
  });

  it('when the command revokes it beside the server', async () => {
    const { email } = await makeUser();
    const { auth, database } = server.rooms;
    const { id, token } = await auth.createAppToken({ email, name: 'x' });
    expectCut(await endingsOf([token], () => database.apiTokens.revoke(id, Date.now())));
  });

  it('when its session signs out', async () => {
    const { access, refreshToken } = await makeUser();
    const cookie = `sluice-refresh-${new URL(server.url).port}=${refreshToken}`;
    const logOut = () =>
      server.call('/api/auth/logout', { body: {}, token: '', headers: { cookie, origin: server.url } });
    expectCut(await endingsOf([access], logOut));
  });

  it('when its user signs out everywhere', async () => {
    const { access } = await makeUser();
    const revoke = () => server.call('/api/me/sessions', { method: 'DELETE', token: access });
    expectCut(await endingsOf([access], revoke));
  });

  it('when its user is disabled, whatever they came with', async () => {
    const { id, email, access } = await makeUser();
    const { auth } = server.rooms;
    const { token } = await auth.createAppToken({ email, name: 'x' });
    const disable = () => auth.users.change({ id, changes: { disabled: true } });
    expectCut(await endingsOf([access, token], disable));
  });

  it('when its user is one of an identity provider and is disabled', async () => {
    const token = await issuer.sign();
    const { auth } = server.rooms;
    const { userId: id } = await auth.authenticate(token);
    expectCut(await endingsOf([token], () => auth.users.change({ id, changes: { disabled: true } })));
  });
});

describe('a stream that is followed with another token', () => {
  /** A run of one app token, which another follows. */
  async function follow() {
    const { email } = await makeUser();
    const { auth } = server.rooms;
    const [own, other] = await Promise.all(
      ['own', 'other'].map((name) => auth.createAppToken({ email, name })),
    );
    if (own === undefined || other === undefined) throw new Error('no tokens');
    upstream.script({ tokens: 250, delayMs: 10 });
    const body = { message: 'Hi' };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const asked = await server.call('/api/chat/stream', { body, headers, token: own.token });
    const path = `/api/runs/${asked.headers.get('x-run-id')}/events`;
    return {
      other,
      asked,
      follow: () => server.call(path, { token: other.token }),
      ask: () => server.call('/api/chat', { body, headers, token: other.token }),
    };
  }

  it('is cut when that one is revoked, and goes on for the others', async () => {
    const { other, asked, follow: join, ask } = await follow();
    const events: unknown[] = [];
    const followed = (async () => {
      for await (const { event } of iterateEvents(await join())) events.push(event.type);
    })();
    const answered = ask();
    await expect.poll(() => events.length).toBeGreaterThan(5);
    const revokedAt = performance.now();
    await server.rooms.auth.revokeAppToken(other.id);
    await expect(followed).rejects.toThrow('terminated');
    expect(await (await answered).json()).toMatchObject({ status: 401, code: 'token_revoked' });
    expect(performance.now() - revokedAt).toBeLessThan(2000);
    expect(events).not.toContain('run-end');
    const all = await Array.fromAsync(iterateEvents(asked));
    expect(all.at(-1)?.event).toMatchObject({ type: 'run-end', reason: 'complete' });
  });
});

describe('a running stream goes on', () => {
  it("when another token, another session or another user's is revoked", async () => {
    const { id, email, access } = await makeUser();
    const other = await makeUser();
    const { auth } = server.rooms;
    const spare = await auth.createAppToken({ email, name: 'x' });
    const { session } = await auth.login({ email, password });
    upstream.script({ tokens: 200, delayMs: 10 });
    const response = await server.call('/api/chat/stream', { body: { message: 'Hi' }, token: access });
    await auth.revokeAppToken(spare.id);
    const { sessionId = '' } = await auth.authenticate(session.accessToken);
    await auth.account.endSession(await auth.authenticate(access), sessionId);
    await auth.users.change({ id: other.id, changes: { disabled: true } });
    await auth.users.change({ id, changes: { role: 'admin' } });
    const events = await Array.fromAsync(iterateEvents(response));
    expect(events.at(-1)?.event).toMatchObject({ type: 'run-end', reason: 'complete' });
  });
});
