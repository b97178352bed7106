import { type KeyObject, createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveKeys } from '../src/auth/derive-keys.ts';
import { type TestServer, startServer } from './_support/start-server.ts';

const secret = randomBytes(32).toString('hex');
const keys = deriveKeys(secret);
const now = Math.floor(Date.now() / 1000);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let server: TestServer;
/** A good app token and a good session token, and what they say: each forgery changes one thing. */
let good: { app: string; session: string; refresh: string };
beforeAll(async () => {
  server = await startServer({ JWT_SECRET: secret });
  const { auth } = server.rooms;
  const account = { email: 'ada@example.com', password: 'a password of ada' };
  await auth.createUser({ ...account, role: 'user' });
  const { session, refreshToken } = await auth.login(account);
  const { token } = await auth.createAppToken({ email: account.email, name: 'x' });
  good = { app: token, session: session.accessToken, refresh: refreshToken };
});
afterAll(() => server[Symbol.asyncDispose]());

const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const decode = (part = '') =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
const partsOf = (token: string) => token.split('.') as [string, string, string];
const claimsOf = (token: string) => decode(partsOf(token)[1]);

/** Signs by hand, whatever the header says: a library would refuse to make most of these. */
function sign(header: unknown, claims: unknown, key: KeyObject | Buffer | string = keys.token): string {
  const unsigned = `${encode(header)}.${encode(claims)}`;
  return `${unsigned}.${createHmac('sha256', key).update(unsigned).digest('base64url')}`;
}

const appHeader = { alg: 'HS256', typ: 'token+jwt' };
const app = (changes: object, header: object = {}) =>
  sign({ ...appHeader, ...header }, { ...claimsOf(good.app), ...changes });
const session = (changes: object, header: object = {}, key = keys.session) =>
  sign({ alg: 'HS256', typ: 'session+jwt', ...header }, { ...claimsOf(good.session), ...changes }, key);
const without = (claim: string) => {
  const { [claim]: _gone, ...claims } = claimsOf(good.app);
  return sign(appHeader, claims);
};

const forgeries: Record<string, () => string> = {
  // The algorithm (RFC 8725, sections 3.1 and 3.2)
  'alg none, without a signature': () => `${encode({ ...appHeader, alg: 'none' })}.${partsOf(good.app)[1]}.`,
  'alg None, in another case': () => `${encode({ ...appHeader, alg: 'None' })}.${partsOf(good.app)[1]}.`,
  'alg none, with the good signature': () =>
    [encode({ ...appHeader, alg: 'none' }), ...partsOf(good.app).slice(1)].join('.'),
  'alg HS512, with our key': () =>
    jwt.sign(claimsOf(good.app), keys.token, { algorithm: 'HS512', header: { ...appHeader, alg: 'HS512' } }),
  'alg HS384 in the header of a good HS256': () => app({}, { alg: 'HS384' }),
  'alg in another case': () => app({}, { alg: 'hs256' }),
  'alg missing': () => sign({ typ: 'token+jwt' }, claimsOf(good.app)),
  'alg a list': () => app({}, { alg: ['HS256'] }),
  'alg RS256, with a key of the forger': () =>
    jwt.sign(claimsOf(good.app), rsa.privateKey, {
      algorithm: 'RS256',
      header: { alg: 'RS256', typ: 'token+jwt' },
    }),
  'alg ES256, with a key of the forger': () =>
    jwt.sign(claimsOf(good.app), ec.privateKey, {
      algorithm: 'ES256',
      header: { alg: 'ES256', typ: 'token+jwt' },
    }),
  'alg ES256, with a signature of zeros': () =>
    `${encode({ ...appHeader, alg: 'ES256' })}.${partsOf(good.app)[1]}.${Buffer.alloc(64).toString('base64url')}`,
  'HS256 with a public key as the secret': () =>
    sign(appHeader, claimsOf(good.app), rsa.publicKey.export({ type: 'spki', format: 'pem' })),
  // The key
  'the key of a forger': () => sign(appHeader, claimsOf(good.app), randomBytes(32)),
  'an empty key': () => sign(appHeader, claimsOf(good.app), Buffer.alloc(0)),
  'the secret itself, from which the keys are derived': () => sign(appHeader, claimsOf(good.app), secret),
  'the key of sessions, for an app token': () => sign(appHeader, claimsOf(good.app), keys.session),
  'the key of app tokens, for a session': () => session({}, {}, keys.token),
  'the key of refresh tokens': () => sign(appHeader, claimsOf(good.app), keys.refresh),
  // The header: keys and where to find them (RFC 8725, section 3.10), extensions (RFC 7515, section 4.1.11)
  'jwk: a key brought along': () => app({}, { jwk: { kty: 'oct', k: encode('x') } }),
  'jku: where to fetch keys': () => app({}, { jku: 'http://127.0.0.1:1/keys' }),
  'x5u: where to fetch a certificate': () => app({}, { x5u: 'http://127.0.0.1:1/cert' }),
  'x5c: a certificate brought along': () => app({}, { x5c: ['MIIB'] }),
  'kid: a path': () => app({}, { kid: '../../dev/null' }),
  'crit: something that must be understood': () => app({}, { crit: ['exp'] }),
  'b64: a payload that is not encoded': () => app({}, { b64: false, crit: ['b64'] }),
  'zip: a payload that is compressed': () => app({}, { zip: 'DEF' }),
  // The type (RFC 8725, section 3.11)
  'typ JWT': () => app({}, { typ: 'JWT' }),
  'typ missing': () => sign({ alg: 'HS256' }, claimsOf(good.app)),
  'an app token that says it is a session': () => app({ sid: 'x' }, { typ: 'session+jwt' }),
  'a session that says it is an app token': () => session({ scope: 'chat' }, { typ: 'token+jwt' }),
  'typ at+jwt, as identity providers write it': () => app({}, { typ: 'at+jwt' }),
  // The claims
  'another issuer': () => app({ iss: 'https://sluice' }),
  'no issuer': () => without('iss'),
  'another audience': () => app({ aud: 'other' }),
  'a list of audiences': () => app({ aud: ['other', 'sluice'] }),
  'no audience': () => without('aud'),
  'no expiry': () => without('exp'),
  'an expiry that is text': () => app({ exp: String(now + 60) }),
  'an expiry beyond all numbers': () =>
    sign(appHeader, JSON.stringify(claimsOf(good.app)).replace(/"exp":\d+/, '"exp":1e400')),
  'not good before tomorrow': () => app({ nbf: now + 86_400 }),
  'no subject': () => without('sub'),
  'a subject that is an object': () => app({ sub: { toString: 'x' } }),
  'no id': () => without('jti'),
  'scopes that are a list': () => app({ scope: ['chat', 'admin'] }),
  'claims that are a list': () => sign(appHeader, [claimsOf(good.app)]),
  'claims that are null': () => sign(appHeader, 'null'),
  // The writing
  'claims changed after signing': () => {
    const [header, , signature] = partsOf(good.app);
    return `${header}.${encode({ ...claimsOf(good.app), scope: 'chat admin' })}.${signature}`;
  },
  'a signature cut short': () => good.app.slice(0, -4),
  'a signature of another token': () =>
    `${partsOf(good.app).slice(0, 2).join('.')}.${partsOf(good.session)[2]}`,
  'a signature that only differs where base64 has bits to spare': () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = digits.indexOf(good.app.at(-1) ?? '');
    return good.app.slice(0, -1) + (digits[last ^ 1] ?? '');
  },
  'two tokens, with a comma': () => `${good.app},${good.app}`,
  'alg named twice': () => {
    const header = `{"alg":"HS256","typ":"token+jwt","alg":"none"}`;
    return sign(header, claimsOf(good.app));
  },
  'no signature': () => `${partsOf(good.app).slice(0, 2).join('.')}.`,
  'two parts': () => partsOf(good.app).slice(0, 2).join('.'),
  'four parts': () => `${good.app}.${partsOf(good.app)[2]}`,
  'empty parts': () => '..',
  'twice the same': () => `${good.app}.${good.app}`,
  'padded base64': () => `${good.app}==`,
  huge: () => app({ padding: 'x'.repeat(6000) }),
  'no token at all': () => 'hello',
  // Other secrets
  'a refresh token': () => good.refresh,
  'the secret': () => secret,
};

async function statusOf(token: string) {
  const response = await server.call('/api/me', { token });
  const body = (await response.json()) as { code?: string };
  return [response.status, body.code];
}

describe('a forged token', () => {
  it('is one of at least forty, all of them different, beside two that are good', async () => {
    expect(await statusOf(good.app)).toEqual([200, undefined]);
    expect(await statusOf(good.session)).toEqual([200, undefined]);
    // What the forgeries are made with makes good tokens as well.
    expect(await statusOf(app({}))).toEqual([200, undefined]);
    expect(await statusOf(session({}))).toEqual([200, undefined]);
    const made = Object.values(forgeries).map((forge) => forge());
    expect(made.length).toBeGreaterThanOrEqual(40);
    expect(new Set(made).size).toBe(made.length);
  });

  it.each(Object.entries(forgeries))('is refused: %s', async (_name, forge) => {
    expect(await statusOf(forge())).toEqual([401, 'token_invalid']);
  });

  it.each([
    ['an expired app token', () => app({ exp: now - 1, iat: now - 60 }), 'token_expired'],
    ['an expired session', () => session({ exp: now - 1, iat: now - 60 }), 'token_expired'],
    ['the id of a token that was never made', () => app({ jti: 'never' }), 'token_revoked'],
    ["another user's id in a good token", () => app({ sub: 'somebody' }), 'token_revoked'],
    ['a session that was never opened', () => session({ sid: 'never' }), 'token_revoked'],
  ])('is refused, signed with our key: %s', async (_name, forge, code) => {
    expect(await statusOf(forge())).toEqual([401, code]);
  });

  it.each(['Basic', 'bearer', 'Token'])('is refused in a header of the scheme %s as well', async (scheme) => {
    const [status] = await statusOf('');
    const response = await fetch(`${server.url}/api/me`, { headers: { authorization: `${scheme} x.y.z` } });
    expect([status, response.status]).toEqual([401, 401]);
  });
});
