import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type LocalIssuer,
  audience,
  makeIssuerKey,
  startLocalIssuer,
} from '../../../test/_support/local-issuer.ts';
import { openAuth, signUp, testSecret } from '../auth.fixture.ts';
import { createAuth } from '../auth.ts';
import type { IdentityProvider } from './identity-provider.ts';

async function openIssuer(changes: Partial<IdentityProvider> = {}) {
  const { auth: ours, database, time } = await openAuth();
  const issuer = await startLocalIssuer(() => time.now);
  const auth = createAuth({
    database,
    secret: testSecret,
    clock: () => time.now,
    identityProvider: { issuer: issuer.url, audience, requiredClaim: '*', ...changes },
  });
  onTestFinished(async () => {
    await auth[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });
  const expectCode = async (token: string, code: string) => {
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code });
  };
  return { ours, auth, database, time, issuer, expectCode };
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const asksForKeys = ({ requests }: LocalIssuer) => requests.filter((path) => path === '/keys').length;

describe('a token of the identity provider', () => {
  it.each(['RS256', 'ES256', 'PS256', 'EdDSA'])('is taken when it is signed with %s', async (alg) => {
    const { auth, issuer } = await openIssuer();
    issuer.keys = [await makeIssuerKey(alg)];
    const principal = await auth.authenticate(await issuer.sign({ name: 'Eve' }));
    expect(principal).toMatchObject({ email: '', name: 'Eve', role: 'user', scopes: ['chat'] });
    expect(principal.sessionId ?? principal.tokenId).toBeUndefined();
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('is taken with the type %s', async (typ) => {
    const { auth, issuer } = await openIssuer();
    await auth.authenticate(await issuer.sign({ aud: ['other', audience] }, { header: { typ } }));
  });

  it('stands beside our own, which are taken as before', async () => {
    const { auth } = await openIssuer();
    const { session } = await signUp(auth);
    expect((await auth.authenticate(session.accessToken)).role).toBe('admin');
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>?]>([
    ['for another audience', { aud: 'other' }],
    ['for no audience', { aud: undefined }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['with a subject that is no text', { sub: 7 }],
    ['with a subject of control characters', { sub: 'a\0b' }],
    ['that never expires', { exp: undefined }],
    ['that is not good yet', { nbf: 1_800_000_100 }],
    ['with the nonce of an ID token', { nonce: 'n' }],
    ['with the hash of an ID token', { at_hash: 'h' }],
    ['with the code hash of an ID token', { c_hash: 'h' }],
    ["that is an ID token in Keycloak's words", { typ: 'ID' }],
    ["that is a refresh token in Keycloak's words", { typ: 'Refresh' }],
    ["that is an ID token in Cognito's words", { token_use: 'id' }],
    ['that is a logout token', { events: {} }],
    ['of the type of a logout token', {}, { typ: 'logout+jwt' }],
    ['of the type of a session of ours', {}, { typ: 'session+jwt' }],
    ['of no type', {}, { typ: undefined }],
    ['with a header that must be understood', {}, { crit: ['x-unknown'], 'x-unknown': 1 }],
  ])('is refused %s', async (_name, claims, header = {}) => {
    const { issuer, expectCode } = await openIssuer();
    await expectCode(await issuer.sign(claims, { header }), 'token_invalid');
  });

  it('is refused after its time, with 5 s for clocks that differ', async () => {
    const { auth, time, issuer, expectCode } = await openIssuer();
    await expectCode(await issuer.sign({ exp: time.now / 1000 - 60 }), 'token_expired');
    await auth.authenticate(await issuer.sign({ nbf: Math.floor(time.now / 1000) + 4 }));
  });

  it('is refused when it is not signed, or signed with what everyone has', async () => {
    const { time, issuer, expectCode } = await openIssuer();
    const [key] = issuer.keys;
    const spki = await exportSPKI((await importJWK({ ...key?.publicJwk, ext: true })) as never);
    const now = Math.floor(time.now / 1000);
    const claims = encode({ iss: issuer.url, sub: 's', aud: audience, iat: now, exp: now + 60 });
    const none = `${encode({ alg: 'none', typ: 'at+jwt', kid: key?.kid })}.${claims}.`;
    await expectCode(none, 'token_invalid');
    for (const secret of [spki, JSON.stringify(key?.publicJwk)]) {
      const unsigned = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: key?.kid })}.${claims}`;
      const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
      await expectCode(`${unsigned}.${signature}`, 'token_invalid');
    }
    expect(issuer.requests).toEqual([]);
  });

  it('is refused when it brings its own key, or where to find it', async () => {
    const { issuer, expectCode } = await openIssuer();
    const forger = await makeIssuerKey('ES256', issuer.keys[0]?.kid);
    const header = { jwk: forger.publicJwk, jku: `${issuer.url}/forged`, x5u: `${issuer.url}/forged` };
    await expectCode(await issuer.sign({}, { key: forger, header }), 'token_invalid');
    expect(issuer.requests).not.toContain('/forged');
  });

  it('is refused when a claim was changed, and when it is of another issuer', async () => {
    const { issuer, expectCode } = await openIssuer();
    const [header, claims = '', signature] = (await issuer.sign()).split('.');
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'admin' };
    await expectCode(`${header}.${encode(changed)}.${signature}`, 'token_invalid');
    await expectCode(await issuer.sign({ iss: `${issuer.url}/` }), 'token_invalid');
    await expectCode(
      await issuer.sign({}, { header: { typ: 'JWT', alg: 'ES256', kid: 'x'.repeat(13_000) } }),
      'token_invalid',
    );
  });
});

describe('the user of such a token', () => {
  it('is the same for the same issuer and subject, and made once by many first requests at once', async () => {
    const { auth, database, issuer } = await openIssuer();
    const tokens = await Promise.all(
      Array.from({ length: 10 }, (_, jti) => issuer.sign({ jti: String(jti) })),
    );
    const users = await Promise.all(tokens.map((token) => auth.authenticate(token)));
    expect(new Set(users.map(({ userId }) => userId)).size).toBe(1);
    const other = await auth.authenticate(await issuer.sign({ sub: 'subject-2' }));
    expect(other.userId).not.toBe(users[0]?.userId);
    expect(await database.users.list({ limit: 10 })).toHaveLength(2);
  });

  it('is never found by an email', async () => {
    const { auth, issuer } = await openIssuer();
    const { session } = await signUp(auth);
    const claims = { email: 'ada@example.com', email_verified: true, sub: 'ada@example.com', role: 'admin' };
    const principal = await auth.authenticate(await issuer.sign({ ...claims, scope: 'admin history' }));
    expect(principal.userId).not.toBe(session.user.id);
    expect(principal).toMatchObject({ role: 'user', scopes: ['chat'], email: '' });
  });

  it('is made by nobody while no claim is required, and can be made by hand', async () => {
    const { auth, issuer, expectCode } = await openIssuer({ requiredClaim: undefined as never });
    const token = await issuer.sign();
    await expectCode(token, 'token_invalid');
    const { id } = await auth.createExternalUser({ issuer: issuer.url, subject: 'subject-1' });
    expect((await auth.authenticate(token)).userId).toBe(id);
  });

  it.each<[Record<string, unknown>, string, boolean]>([
    [{ plan: 'pro' }, 'plan=pro', true],
    [{ plan: 'free' }, 'plan=pro', false],
    [{}, 'plan=pro', false],
    [{ groups: ['a', 'chat'] }, 'groups=chat', true],
    [{ groups: ['a', 'chatter'] }, 'groups=chat', false],
    [{ groups: { chat: true } }, 'groups=chat', false],
    [{ verified: true }, 'verified=true', true],
    [{ scope: 'openid chat' }, 'scope=chat', true],
    [{ plan: 'openid pro' }, 'plan=pro', false],
    [{ filter: 'a=b' }, 'filter=a=b', true],
    [{}, 'constructor=x', false],
  ])('is made by %j when %s is required: %s', async (claims, requiredClaim, isMade) => {
    const { auth, issuer, expectCode } = await openIssuer({ requiredClaim });
    const token = await issuer.sign(claims);
    if (isMade) await auth.authenticate(token);
    else await expectCode(token, 'token_invalid');
  });

  it('keeps the account when the claim no longer holds, and loses everything when disabled', async () => {
    const { auth, time, issuer, expectCode } = await openIssuer({ requiredClaim: 'plan=pro' });
    const { userId } = await auth.authenticate(await issuer.sign({ plan: 'pro' }));
    const token = await issuer.sign();
    expect((await auth.authenticate(token)).userId).toBe(userId);
    await auth.users.change({ id: userId, changes: { disabled: true } });
    await expectCode(token, 'token_revoked');
    expect(await auth.findRevoked([{ userId }])).toHaveLength(1);
    await auth.users.change({ id: userId, changes: { disabled: false } });
    time.now += 2000;
    await auth.authenticate(token);
  });

  it('becomes no administrator and gets no password', async () => {
    const { auth, issuer } = await openIssuer();
    const { userId: id } = await auth.authenticate(await issuer.sign());
    for (const [changes, field] of [
      [{ role: 'admin' }, 'role:'],
      [{ password: 'a good long password' }, 'password:'],
    ] as const) {
      await expect(auth.users.change({ id, changes })).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringContaining(field),
      });
    }
    expect(await auth.users.find(id)).toMatchObject({
      identity: { issuer: issuer.url, subject: 'subject-1' },
      hasPassword: false,
      email: '',
    });
  });
});

describe("the identity provider's keys", () => {
  it('are fetched once for many tokens, by discovery', async () => {
    const { auth, issuer } = await openIssuer();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, jti) => issuer.sign({ jti: String(jti) })),
    );
    await Promise.all(tokens.map((token) => auth.authenticate(token)));
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are where OIDC_JWKS_URL says, without discovery', async () => {
    const jwks = await startLocalIssuer();
    onTestFinished(() => jwks[Symbol.asyncDispose]());
    const { auth, issuer } = await openIssuer({ jwksUrl: `${jwks.url}/keys` });
    await auth.authenticate(await issuer.sign({}, { key: jwks.keys[0] }));
    expect([issuer.requests, jwks.requests]).toEqual([[], ['/keys']]);
  });

  it('may rotate at any time: a new one counts at once, also soon after another', async () => {
    const { auth, issuer } = await openIssuer();
    await auth.authenticate(await issuer.sign());
    for (let rotation = 1; rotation <= 3; rotation += 1) {
      issuer.keys = [await makeIssuerKey(), ...issuer.keys];
      await auth.authenticate(await issuer.sign());
    }
    expect(asksForKeys(issuer)).toBe(4);
  });

  it('may rotate just after they were fetched as a matter of routine', async () => {
    const { auth, time, issuer } = await openIssuer();
    await auth.authenticate(await issuer.sign());
    time.now += 10 * 60_000 + 1;
    await auth.authenticate(await issuer.sign());
    await expect.poll(() => asksForKeys(issuer)).toBe(2);
    issuer.keys = [await makeIssuerKey()];
    await expect
      .poll(async () => auth.authenticate(await issuer.sign()).catch(() => undefined))
      .toBeDefined();
    expect(asksForKeys(issuer)).toBe(3);
  });

  it('are not asked for again and again because of names that nobody has', async () => {
    const { auth, time, issuer, expectCode } = await openIssuer();
    await auth.authenticate(await issuer.sign());
    const forger = await makeIssuerKey();
    const forge = () =>
      issuer.sign({ jti: crypto.randomUUID() }, { key: forger, header: { kid: crypto.randomUUID() } });
    const forged = await Promise.all(Array.from({ length: 100 }, forge));
    await Promise.all(forged.slice(0, 50).map((token) => expectCode(token, 'token_invalid')));
    for (const token of forged.slice(50)) await expectCode(token, 'token_invalid');
    expect(asksForKeys(issuer)).toBe(2);
    time.now += 10_000;
    issuer.keys = [await makeIssuerKey()];
    await auth.authenticate(await issuer.sign());
    expect(asksForKeys(issuer)).toBe(3);
  });

  it('count no more once they are withdrawn and the list is old', async () => {
    const { auth, time, issuer } = await openIssuer();
    const [old] = issuer.keys;
    await auth.authenticate(await issuer.sign());
    issuer.keys = [await makeIssuerKey()];
    time.now += 10 * 60_000 + 1;
    await auth.authenticate(await issuer.sign({ jti: 'first' }, { key: old }));
    await expect.poll(() => asksForKeys(issuer)).toBe(2);
    await expect
      .poll(async () => {
        time.now += 2000;
        const token = await issuer.sign({}, { key: old });
        return auth.authenticate(token).then(
          () => 'taken',
          ({ code }) => code,
        );
      })
      .toBe('token_invalid');
  });

  it.each(['status-500', 'not-json', 'redirect', 'gone'] as const)(
    'that cannot be fetched (%s) are unavailable, not invalid; and are not asked for each time',
    async (fault) => {
      const { auth, time, issuer, expectCode } = await openIssuer();
      const token = await issuer.sign();
      if (fault === 'gone') await issuer[Symbol.asyncDispose]();
      else issuer.fault = fault;
      for (let attempt = 1; attempt <= 5; attempt += 1) await expectCode(token, 'unavailable');
      if (fault === 'gone') return;
      expect(issuer.requests).toHaveLength(1);
      issuer.fault = undefined;
      time.now += 10_000;
      await auth.authenticate(token);
    },
  );

  it('go on counting for an hour while new ones cannot be fetched', async () => {
    const { auth, time, issuer, expectCode } = await openIssuer();
    await auth.authenticate(await issuer.sign());
    issuer.fault = 'status-500';
    time.now += 59 * 60_000;
    await auth.authenticate(await issuer.sign());
    const unknown = await makeIssuerKey();
    await expectCode(await issuer.sign({}, { key: unknown }), 'unavailable');
    time.now += 2 * 60_000;
    await expectCode(await issuer.sign(), 'unavailable');
  });

  it('are not taken from a document that is of another issuer', async () => {
    const { issuer, expectCode } = await openIssuer();
    issuer.namedIssuer = 'http://127.0.0.1:1';
    await expectCode(await issuer.sign(), 'unavailable');
    expect(asksForKeys(issuer)).toBe(0);
  });

  it('are not waited for for ever, nor once the server ends', async () => {
    const { auth, issuer } = await openIssuer();
    issuer.fault = 'hang';
    const asked = auth.authenticate(await issuer.sign());
    await expect.poll(() => issuer.requests.length).toBe(1);
    await auth[Symbol.asyncDispose]();
    await expect(asked).rejects.toMatchObject({ code: 'unavailable', details: { retryAfterMs: 10_000 } });
  });
});
