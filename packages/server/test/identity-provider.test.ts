import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { type LocalIssuer, audience, makeIssuerKey, startLocalIssuer } from './_support/local-issuer.ts';
import { type TestServer, lastOf, pointAt, readEvents, startServer } from './_support/start-server.ts';

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
    OIDC_REQUIRED_CLAIM: 'groups=chat',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

describe('with a token of the identity provider', () => {
  it('somebody who was never here before chats, and owns what they asked for', async () => {
    const token = await issuer.sign({ sub: 'eve', name: 'Eve', groups: ['staff', 'chat'] });
    const answer = await server.call('/api/chat/stream', { body: { message: 'Hi' }, token });
    expect(answer.status).toBe(200);
    const events = await readEvents(answer);
    expect(lastOf(events, 'run-end')?.reason).toBe('complete');
    const run = `/api/runs/${lastOf(events, 'run-start')?.runId}`;
    expect((await server.call(run, { token: await issuer.sign({ sub: 'eve' }) })).status).toBe(200);
    expect((await server.call(run)).status).toBe(404);
    const me = await server.call('/api/me', { token });
    expect(await me.json()).toMatchObject({ email: '', name: 'Eve', role: 'user', scopes: ['chat'] });
  });

  it('somebody who lacks the required claim gets no account', async () => {
    const token = await issuer.sign({ sub: 'mallory', groups: ['staff'] });
    const answer = await server.call('/api/chat', { body: { message: 'Hi' }, token });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      code: 'token_invalid',
      detail: expect.stringContaining('account'),
    });
  });

  it('a new key counts at once; while keys cannot be fetched, an unknown one is told to come back', async () => {
    issuer.keys = [await makeIssuerKey('RS256')];
    const token = await issuer.sign({ sub: 'eve' });
    expect((await server.call('/api/me', { token })).status).toBe(200);
    issuer.fault = 'status-500';
    const unknown = await issuer.sign({ sub: 'eve' }, { key: await makeIssuerKey() });
    const answer = await server.call('/api/me', { token: unknown });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await answer.json()).toMatchObject({ code: 'unavailable', retryable: true });
    expect((await server.call('/api/me', { token })).status).toBe(200);
  });

  it('its running answer outlives the token', async () => {
    upstream.script({ tokens: 250, delayMs: 10 });
    const token = await issuer.sign({ sub: 'eve', exp: Math.floor(Date.now() / 1000) + 2 });
    const answer = await server.call('/api/chat/stream', { body: { message: 'Hi' }, token });
    expect(lastOf(await readEvents(answer), 'run-end')?.reason).toBe('complete');
    expect((await server.call('/api/me', { token })).status).toBe(401);
  });
});
