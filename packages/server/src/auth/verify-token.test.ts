import { createHmac, generateKeyPairSync } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { testSecret } from './auth.fixture.ts';
import { deriveKeys } from './derive-keys.ts';
import { signAppToken, signSessionToken } from './sign-token.ts';
import { verifyToken } from './verify-token.ts';

const now = 1_800_000_000_000;
const seconds = now / 1000;
const keys = deriveKeys(testSecret);
const otherKeys = deriveKeys(`${testSecret}x`);
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

const sessionHeader = { alg: 'HS256', typ: 'session+jwt' };
const tokenHeader = { alg: 'HS256', typ: 'token+jwt' };
const base = { iss: 'sluice', aud: 'sluice', sub: 'ada', jti: 'j', iat: seconds, exp: seconds + 600 };
const sessionClaims = { ...base, sid: 's' };
const tokenClaims = { ...base, scope: 'chat' };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs anything at all, as jsonwebtoken itself would refuse to. */
function forge(header: unknown, claims: unknown, key: Parameters<typeof createHmac>[1] = keys.session) {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}

const without = (claims: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));

const valid = forge(sessionHeader, sessionClaims);
const [validHeader = '', validPayload = '', validSignature = ''] = valid.split('.');

const forged: Record<string, string> = {
  'no token at all': 'x',
  'only dots': '..',
  'two parts': `${validHeader}.${validPayload}`,
  'four parts': `${valid}.x`,
  'a cut signature': valid.slice(0, -1),
  'no signature': `${validHeader}.${validPayload}.`,
  'a changed payload': `${validHeader}.${encode({ ...sessionClaims, sub: 'eve' })}.${validSignature}`,
  'a changed header': `${encode({ ...sessionHeader, kid: 'x' })}.${validPayload}.${validSignature}`,
  'spaces around it': ` ${valid} `,
  'a line break in it': `${validHeader}\n.${validPayload}.${validSignature}`,
  'padded base64': `${validHeader}=.${validPayload}.${validSignature}`,
  '100 kB': forge(sessionHeader, { ...sessionClaims, pad: 'x'.repeat(100_000) }),
  'alg none': `${encode({ ...sessionHeader, alg: 'none' })}.${validPayload}.`,
  'alg none with a signature': forge({ ...sessionHeader, alg: 'none' }, sessionClaims),
  'alg nOnE': `${encode({ ...sessionHeader, alg: 'nOnE' })}.${validPayload}.`,
  'alg HS512': jsonwebtoken.sign(sessionClaims, keys.session, {
    algorithm: 'HS512',
    header: { alg: 'HS512', typ: 'session+jwt' },
  }),
  'alg RS256 with a foreign key': jsonwebtoken.sign(sessionClaims, privateKey, {
    algorithm: 'RS256',
    header: { alg: 'RS256', typ: 'session+jwt' },
  }),
  'alg RS256 over an HMAC': forge({ ...sessionHeader, alg: 'RS256' }, sessionClaims),
  'an HMAC keyed with a public key': forge(sessionHeader, sessionClaims, publicPem),
  'an HMAC keyed with nothing': forge(sessionHeader, sessionClaims, ''),
  'an HMAC keyed with the secret itself': forge(sessionHeader, sessionClaims, testSecret),
  'the key of another secret': forge(sessionHeader, sessionClaims, otherKeys.session),
  'a session signed with the app-token key': forge(sessionHeader, sessionClaims, keys.token),
  'an app token signed with the session key': forge(tokenHeader, tokenClaims, keys.session),
  'the refresh key': forge(sessionHeader, sessionClaims, keys.refresh),
  'alg as a list': forge({ ...sessionHeader, alg: ['HS256'] }, sessionClaims),
  'no alg': forge({ typ: 'session+jwt' }, sessionClaims),
  'typ JWT': forge({ alg: 'HS256', typ: 'JWT' }, sessionClaims),
  'typ at+jwt': forge({ alg: 'HS256', typ: 'at+jwt' }, sessionClaims),
  'typ refresh+jwt': forge({ alg: 'HS256', typ: 'refresh+jwt' }, sessionClaims),
  'no typ': forge({ alg: 'HS256' }, sessionClaims),
  'typ __proto__': forge({ alg: 'HS256', typ: '__proto__' }, sessionClaims),
  'unknown crit': forge({ ...sessionHeader, crit: ['b64'], b64: false }, sessionClaims),
  'a key in the header': forge({ ...sessionHeader, jwk: { kty: 'oct', k: 'AA' } }, sessionClaims),
  'a key address in the header': forge({ ...sessionHeader, jku: 'https://evil.example' }, sessionClaims),
  'a header that is a list': forge([sessionHeader], sessionClaims),
  'a header that is null': forge(null, sessionClaims),
  'claims that are null': forge(sessionHeader, null),
  'claims that are text': forge(sessionHeader, 'sluice'),
  'claims that are a list': forge(sessionHeader, [sessionClaims]),
  'another issuer': forge(sessionHeader, { ...sessionClaims, iss: 'other' }),
  'a list of issuers': forge(sessionHeader, { ...sessionClaims, iss: ['sluice'] }),
  'another audience': forge(sessionHeader, { ...sessionClaims, aud: 'other' }),
  'a list of audiences': forge(sessionHeader, { ...sessionClaims, aud: ['other', 'sluice'] }),
  'an object as sub': forge(sessionHeader, { ...sessionClaims, sub: { id: 'ada' } }),
  'an empty sub': forge(sessionHeader, { ...sessionClaims, sub: '' }),
  'exp as text': forge(sessionHeader, { ...sessionClaims, exp: String(seconds + 600) }),
  'exp that is null': forge(sessionHeader, { ...sessionClaims, exp: null }),
  'iat as text': forge(sessionHeader, { ...sessionClaims, iat: 'now' }),
  'not valid yet': forge(sessionHeader, { ...sessionClaims, nbf: seconds + 60 }),
  'nbf as text': forge(sessionHeader, { ...sessionClaims, nbf: 'now' }),
  'scopes as a list': forge(tokenHeader, { ...tokenClaims, scope: ['chat'] }, keys.token),
  'an expired one from another issuer': forge(sessionHeader, {
    ...sessionClaims,
    iss: 'x',
    exp: seconds - 60,
  }),
  'an expired one with a cut signature': forge(sessionHeader, { ...sessionClaims, exp: 1 }).slice(0, -1),
  'an app token dressed as a session': forge(sessionHeader, tokenClaims),
  'a session dressed as an app token': forge(tokenHeader, sessionClaims, keys.token),
  ...Object.fromEntries(
    Object.keys(sessionClaims).map((name) => [
      `a session without ${name}`,
      forge(sessionHeader, without(sessionClaims, name)),
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(tokenClaims).map((name) => [
      `an app token without ${name}`,
      forge(tokenHeader, without(tokenClaims, name), keys.token),
    ]),
  ),
};

const lifetime = { userId: 'ada', issuedAt: now, expiresAt: now + 600_000 };

describe('verifyToken', () => {
  it('takes the session tokens we sign', () => {
    const token = signSessionToken(keys, { ...lifetime, sessionId: 's' });
    const verified = verifyToken(keys, token, now);
    expect(verified).toMatchObject({
      type: 'session+jwt',
      claims: { sub: 'ada', sid: 's', exp: seconds + 600 },
    });
    expect(verified.claims.jti).not.toBe('');
  });

  it('takes the app tokens we sign', () => {
    const token = signAppToken(keys, { ...lifetime, id: 't', scopes: ['chat', 'usage'] });
    expect(verifyToken(keys, token, now)).toMatchObject({
      type: 'token+jwt',
      claims: { sub: 'ada', jti: 't', scope: 'chat usage' },
    });
  });

  it('takes the forger’s own token when nothing is wrong with it', () => {
    expect(verifyToken(keys, valid, now).type).toBe('session+jwt');
    expect(verifyToken(keys, forge(tokenHeader, tokenClaims, keys.token), now).type).toBe('token+jwt');
  });

  it.each(Object.entries(forged))('refuses %s', (_, token) => {
    expect(() => verifyToken(keys, token, now)).toThrow(expect.objectContaining({ code: 'token_invalid' }));
  });

  it('says that a good token has expired, from the second its exp names', () => {
    expect(verifyToken(keys, valid, now + 599_999).type).toBe('session+jwt');
    for (const later of [600_000, 10 ** 12]) {
      expect(() => verifyToken(keys, valid, now + later)).toThrow(
        expect.objectContaining({ code: 'token_expired' }),
      );
    }
  });

  it('allows five seconds of clock difference for nbf, and no more', () => {
    const notBefore = (offset: number) => forge(sessionHeader, { ...sessionClaims, nbf: seconds + offset });
    expect(verifyToken(keys, notBefore(5), now).type).toBe('session+jwt');
    expect(() => verifyToken(keys, notBefore(6), now)).toThrow();
  });
});
