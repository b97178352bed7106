import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuditEvent, auditEvents } from '../src/observability/audit-events.ts';
import { type LocalIssuer, audience, startLocalIssuer } from './_support/local-issuer.ts';
import { type TestServer, startServer } from './_support/start-server.ts';

const owner = { email: 'owner@example.com', password: 'a password of the owner' };
let issuer: LocalIssuer;
let server: TestServer;
let session: string;
let conversation: string;
beforeAll(async () => {
  issuer = await startLocalIssuer();
  server = await startServer({
    METRICS_PORT: '0',
    TRUST_PROXY: '1',
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: audience,
    OIDC_REQUIRED_CLAIM: '*',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

/** As whom: the owner's session unless said otherwise. */
async function send(route: string, body?: object, as: Record<string, string> = {}) {
  const { token = session, ...headers } = as;
  const [method = '', path = ''] = route.split(' ');
  const response = await server.call(path, { method, token, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  return { response, json: (text === '' ? {} : JSON.parse(text)) as { id: string; accessToken: string } };
}

/** Its answer's cookie, by which a browser stays signed in. */
async function signIn(login: Partial<typeof owner> = {}, address = '203.0.113.1') {
  const headers = { token: '', 'x-forwarded-for': address };
  const { response, json } = await send('POST /api/auth/login', { ...owner, ...login }, headers);
  return { cookie: cookieOf(response), accessToken: json.accessToken };
}
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
async function comeBack(path: string, cookie: string): Promise<string> {
  return cookieOf((await send(`POST ${path}`, {}, { token: '', origin: server.url, cookie })).response);
}
const someone = () => ({ ...owner, email: `${crypto.randomUUID()}@example.com`, role: 'user', name: 'N' });

/** What makes each happen, in the order in which they are tried: the first makes the owner. */
const causes: Record<AuditEvent, () => Promise<unknown>> = {
  'setup.done': async () => {
    const code = await server.rooms.auth.createSetupCode();
    const setup = { ...owner, code, name: 'Owner' };
    session = (await send('POST /api/auth/setup', setup, { token: '' })).json.accessToken;
    conversation = (await send('POST /api/conversations', { title: 'Of the owner' })).json.id;
    await send('POST /api/chat', { conversationId: conversation, message: 'Hi', maxOutputTokens: 3 });
  },
  'setup.refused': () =>
    send('POST /api/auth/setup', { ...owner, code: 'x'.repeat(22), name: 'M' }, { token: '' }),
  'session.login': () => signIn(),
  'session.login_refused': () => signIn({ password: 'a wrong password' }, '203.0.113.2'),
  'session.locked': async () => {
    for (let tries = 0; tries < 6; tries += 1) await signIn({ password: 'wrong' }, '203.0.113.3');
  },
  'session.logout': async () => comeBack('/api/auth/logout', (await signIn()).cookie),
  'session.ended': async () => {
    await send('DELETE /api/me/sessions');
    session = (await signIn()).accessToken;
  },
  'session.reused': async () => {
    const { cookie: first } = await signIn();
    let cookie = first;
    for (let turn = 0; turn < 3; turn += 1) cookie = await comeBack('/api/auth/refresh', cookie);
    await comeBack('/api/auth/refresh', first);
  },
  'password.refused': () =>
    send('POST /api/me/password', { currentPassword: 'wrong', newPassword: owner.password }),
  'password.changed': () =>
    send('POST /api/me/password', { currentPassword: owner.password, newPassword: owner.password }),
  'user.created': () => send('POST /api/admin/users', someone()),
  'user.external': async () =>
    send('GET /api/me', undefined, { token: await issuer.sign({ sub: 'a stranger' }) }),
  'user.changed': async () => {
    const { id } = await server.rooms.auth.createUser({ ...owner, email: 'b@example.com', role: 'user' });
    await send(`PATCH /api/admin/users/${id}`, { disabled: true });
  },
  'token.created': () => send('POST /api/tokens', { name: 'of an app' }),
  'token.revoked': async () => {
    const { id } = (await send('POST /api/tokens', { name: 'to be revoked' })).json;
    await send(`DELETE /api/tokens/${id}`);
  },
  'token.refused': () => send('GET /api/me', undefined, { token: 'forged' }),
  'scope.refused': () => send('GET /api/admin/users', undefined, { token: server.token }),
  'origin.refused': () => send('POST /api/auth/refresh', {}, { origin: 'https://evil.example' }),
  'share.created': () => send(`POST /api/conversations/${conversation}/shares`, {}),
  'share.deleted': async () => {
    const { id } = (await send(`POST /api/conversations/${conversation}/shares`, {})).json;
    await send(`DELETE /api/shares/${id}`);
  },
  'limit.changed': () =>
    send('PUT /api/admin/limits', { subject: 'default', period: 'day', unit: 'requests', amount: 9 }),
};

async function count(event: AuditEvent): Promise<number> {
  const page = (await server.rooms.observability.metrics.page?.render()) ?? '';
  const name = `sluice_security_events_total{event="${event}"} `;
  return Number(
    page
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.slice(name.length) ?? 0,
  );
}

it.each(Object.keys(auditEvents) as AuditEvent[])('%s is noted when it happens', async (event) => {
  const before = await count(event);
  await causes[event]();
  await expect.poll(() => count(event)).toBeGreaterThan(before);
});
