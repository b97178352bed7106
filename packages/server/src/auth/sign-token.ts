import { randomUUID } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import type { Keys } from './derive-keys.ts';
import type { AppTokenClaims, SessionClaims } from './token-claims.ts';

/** Times are epoch ms here, and whole seconds in the token. */
interface Lifetime {
  userId: string;
  issuedAt: number;
  expiresAt: number;
}

const toClaims = ({ userId, issuedAt, expiresAt }: Lifetime) => ({
  iss: 'sluice' as const,
  aud: 'sluice' as const,
  sub: userId,
  iat: Math.floor(issuedAt / 1000),
  exp: Math.floor(expiresAt / 1000),
});

export function signSessionToken(keys: Keys, token: Lifetime & { sessionId: string }): string {
  const claims: SessionClaims = { ...toClaims(token), jti: randomUUID(), sid: token.sessionId };
  return jsonwebtoken.sign(claims, keys.session, { header: { alg: 'HS256', typ: 'session+jwt' } });
}

export function signAppToken(
  keys: Keys,
  token: Lifetime & { id: string; scopes: readonly string[] },
): string {
  const claims: AppTokenClaims = { ...toClaims(token), jti: token.id, scope: token.scopes.join(' ') };
  return jsonwebtoken.sign(claims, keys.token, { header: { alg: 'HS256', typ: 'token+jwt' } });
}
