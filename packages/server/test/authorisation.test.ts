import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveKeys } from '../src/auth/derive-keys.ts';
import { type Row, authorisationRows, requestOf } from './_support/authorisation-rows.ts';
import { codeOf } from './_support/code-of.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { listRoutes } from './_support/list-routes.ts';
import { type LocalIssuer, audience, startLocalIssuer } from './_support/local-issuer.ts';
import { type Ids, type Person, makePerson, makeUnknownIds } from './_support/make-person.ts';
import { type TestServer, pointAt, startServer } from './_support/start-server.ts';

const secret = randomBytes(32).toString('hex');
const keys = deriveKeys(secret);
let issuer: LocalIssuer;
const bare = { hasGallery: false };
let upstream: FakeUpstream;
let server: TestServer;
let owner: Person;
let other: Person;
let admin: Person;
let tokens: Record<string, string>;

beforeAll(async () => {
  issuer = await startLocalIssuer();
  upstream = await startFakeUpstream();
  server = await startServer({
    ...pointAt(upstream),
    JWT_SECRET: secret,
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: audience,
    OIDC_REQUIRED_CLAIM: '*',
  });
  owner = await makePerson(server);
  other = await makePerson(server);
  admin = await makePerson(server, { role: 'admin' });
  tokens = await makeTokens();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

/** What must be refused on every route that needs a token, each wrong in one way alone. */
const refused = {
  'no token': 'token_missing',
  'an expired session token': 'token_expired',
  'an expired app token': 'token_expired',
  'a revoked app token': 'token_revoked',
  'the token of a session that ended': 'token_revoked',
  'the session token of a disabled user': 'token_revoked',
  'the app token of a disabled user': 'token_revoked',
  'another algorithm': 'token_invalid',
  'no algorithm': 'token_invalid',
  'another issuer': 'token_invalid',
  'another audience': 'token_invalid',
  'another type': 'token_invalid',
  'a refresh token': 'token_invalid',
  'an external token for another audience': 'token_invalid',
} as const;

async function makeTokens(): Promise<Record<keyof typeof refused | Row['needs'] | 'external', string>> {
  const { auth } = server.rooms;
  const { ids, email, session } = owner;
  const claims = jwt.decode(session) as Record<string, unknown>;
  const sign = (changes: object, header: object = {}) =>
    jwt.sign({ ...claims, ...changes }, keys.session, {
      header: { alg: 'HS256', typ: 'session+jwt', ...header },
    });
  const now = Math.floor(Date.now() / 1000);
  const past = { iat: now - 120, exp: now - 60 };
  const appToken = (scopes: string[], whose = email) =>
    auth.createAppToken({ email: whose, name: 'x', scopes });
  const revoked = await appToken(['chat', 'history', 'usage']);
  await auth.revokeAppToken(revoked.id);
  const appClaims = { ...claims, sid: undefined, jti: ids.token, scope: 'chat history usage' };
  const [disabled, gone] = [await makePerson(server, bare), await makePerson(server, bare)];
  const disabledToken = await appToken(['chat', 'history', 'usage'], disabled.email);
  await auth.users.change({ id: disabled.ids.user, changes: { disabled: true } });
  await auth.logout(gone.refreshToken);
  const unsigned = jwt.sign({ ...claims }, '', {
    algorithm: 'none',
    header: { alg: 'none', typ: 'session+jwt' },
  });
  return {
    'no token': '',
    'an expired session token': sign(past),
    'an expired app token': jwt.sign(JSON.parse(JSON.stringify({ ...appClaims, ...past })), keys.token, {
      header: { alg: 'HS256', typ: 'token+jwt' },
    }),
    'a revoked app token': revoked.token,
    'the token of a session that ended': gone.session,
    'the session token of a disabled user': disabled.session,
    'the app token of a disabled user': disabledToken.token,
    'another algorithm': sign({}, { alg: 'HS512' }),
    'no algorithm': unsigned,
    'another issuer': sign({ iss: 'other' }),
    'another audience': sign({ aud: 'other' }),
    'another type': sign({}, { typ: 'JWT' }),
    'a refresh token': owner.refreshToken,
    'an external token for another audience': await issuer.sign({ aud: 'other' }),
    external: await issuer.sign(),
    // Each lacks what its name says, and has all the rest.
    chat: (await appToken(['history', 'usage'])).token,
    history: (await appToken(['chat', 'usage'])).token,
    usage: (await appToken(['chat', 'history'])).token,
    session: (await appToken(['chat', 'history', 'usage'])).token,
    'admin session': (await appToken(['chat', 'history', 'usage', 'admin'], admin.email)).token,
    nothing: '',
  };
}

async function send(name: string, row: Row, { ids, token = '' }: { ids: Ids; token?: string | undefined }) {
  const { path, ...init } = requestOf(name, row, ids);
  const response = await server.call(path, { ...init, token });
  const text = await response.text();
  return { status: response.status, code: response.status < 400 ? undefined : codeOf(text), text };
}

const rows = Object.entries(authorisationRows);
const guarded = rows.filter(([, { needs }]) => needs !== 'nothing');
const withIds = guarded.flatMap(([name, row]) => (row.uses ?? []).map((id) => [name, id, row] as const));

it('has a row for every route, and no other', () => {
  const named = new Set(rows.map(([name]) => name.replace(/ \(.*\)$/, '')));
  expect(listRoutes(server).toSorted()).toEqual([...named].toSorted());
});

describe.each(guarded)('%s', (name, row) => {
  it.each(Object.entries(refused))('is refused with %s', async (kind, code) => {
    const answer = await send(name, row, { ids: owner.ids, token: tokens[kind] });
    expect([answer.status, answer.code]).toEqual([401, code]);
  });

  it(`is refused without what it needs: ${row.needs}`, async () => {
    const answer = await send(name, row, { ids: owner.ids, token: tokens[row.needs] });
    expect([answer.status, answer.code]).toEqual([403, 'scope_missing']);
  });

  it('is done for whoever may, once all is right', async () => {
    const role = row.needs === 'admin session' ? 'admin' : 'user';
    const person = await makePerson(server, { role, hasGallery: row.uses?.includes('gallery') ?? false });
    const answer = await send(name, row, { ids: person.ids, token: person.session });
    expect([answer.status, answer.code]).toEqual([row.ok, undefined]);
  });

  it(`is ${row.needs === 'chat' ? 'open to' : 'refused for'} a token of the identity provider`, async () => {
    const answer = await send(name, row, { ids: makeUnknownIds(), token: tokens['external'] });
    expect(answer.status === 403).toBe(row.needs !== 'chat');
    expect(answer.status).not.toBe(401);
  });
});

const lists = guarded.filter(([name, { needs }]) => name.startsWith('GET ') && needs !== 'admin session');

it.each(lists)("%s shows nothing of another user's", async (name, row) => {
  const { text } = await send(name, row, { ids: other.ids, token: other.session });
  for (const known of [owner.email, ...Object.values(owner.ids)]) expect(text).not.toContain(known);
});

describe.each(withIds)("%s with the %s of another user's", (name, id, row) => {
  const unknown = makeUnknownIds();

  /** As the answer to an id that nobody has: it does not even tell that there is one. */
  async function expectNothing(caller: Person) {
    const own = caller.ids;
    const mixed = await send(name, row, { ids: { ...own, [id]: owner.ids[id] }, token: caller.session });
    const nowhere = await send(name, row, { ids: { ...own, [id]: unknown[id] }, token: caller.session });
    expect([400, 403, 404]).toContain(mixed.status);
    expect([mixed.status, mixed.code]).toEqual([nowhere.status, nowhere.code]);
  }

  it('does nothing for a user', async () => {
    await expectNothing(other);
    const all = await send(name, row, { ids: owner.ids, token: other.session });
    expect([400, 403, 404]).toContain(all.status);
  });

  it(row.isForAdmins ? 'is done for an administrator' : 'does nothing for an administrator', async () => {
    if (!row.isForAdmins) return expectNothing(admin);
    const target = await makePerson(server, bare);
    const answer = await send(name, row, { ids: target.ids, token: admin.session });
    expect(answer.status).toBe(row.ok);
  });

  it('does nothing when there is none', async () => {
    if (row.isForAdmins && row.needs !== 'admin session') return;
    const caller = row.needs === 'admin session' ? admin : other;
    const answer = await send(name, row, {
      ids: { ...caller.ids, [id]: unknown[id] },
      token: caller.session,
    });
    expect([400, 404]).toContain(answer.status);
  });
});

describe('what needs no token', () => {
  it.each(rows.filter(([, { needs }]) => needs === 'nothing'))('%s asks for none', async (name, row) => {
    expect((await send(name, row, { ids: owner.ids })).status).toBe(row.ok);
  });
});

it('leaves everything of the owner as it was', async () => {
  const { ids, session } = owner;
  for (const path of [
    `/api/conversations/${ids.conversation}/messages`,
    `/api/runs/${ids.run}`,
    `/api/shares/${ids.share}`,
  ]) {
    expect((await server.call(path, { token: session })).status).toBe(200);
  }
  const listed = await (await server.call('/api/tokens', { token: session })).text();
  expect(JSON.parse(listed).tokens.find(({ id }: { id: string }) => id === ids.token).revokedAt).toBeNull();
});
