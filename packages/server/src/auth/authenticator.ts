// In: the token of a request. Out: who it is, as the database has it now or had it less than a second ago.
// Never: a token whose signature, type, issuer, audience or expiry was not checked, nor more scopes than the user's role has.
import { SluiceError } from '@sluice/shared';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import type { Principal } from './principal.ts';
import { type Scope, isScope, scopesOfRole } from './scope.ts';
import type { AppTokenClaims, SessionClaims } from './token-claims.ts';
import { verifyToken } from './verify-token.ts';

export interface Authenticator {
  /**
   * @param token without `Bearer `
   * @throws {SluiceError} `token_missing`, `token_invalid`, `token_expired`, `token_revoked`
   */
  authenticate(token: string | undefined): Promise<Principal>;
  /** Makes what this process has just revoked count at once here; others see it within a second. */
  forget(): void;
}

const MAX_AGE_MS = 1000;
const MAX_ENTRIES = 5000;

interface Check {
  /** Epoch ms before the database was asked. */
  at: number;
  principal: Promise<Principal>;
}

export function createAuthenticator(context: AuthContext): Authenticator {
  const checks = new Map<string, Check>();

  /** Requests that come together with one token share one look at the database. */
  function check(token: string, at: number): Promise<Principal> {
    const known = checks.get(token);
    // The wall clock may be set back: then an entry from the future is no younger than one from the past.
    if (known !== undefined && Math.abs(at - known.at) <= MAX_AGE_MS) return known.principal;
    const { type, claims } = verifyToken(context.keys, token, at);
    const principal = type === 'session+jwt' ? findSession(context, claims) : findAppToken(context, claims);
    const entry = { at, principal };
    checks.delete(token);
    checks.set(token, entry);
    principal.catch(() => {
      if (checks.get(token) === entry) checks.delete(token);
    });
    const oldest = checks.size > MAX_ENTRIES ? checks.keys().next().value : undefined;
    if (oldest !== undefined) checks.delete(oldest);
    return principal;
  }

  return {
    async authenticate(token) {
      if (!token) throw new SluiceError('token_missing');
      const now = context.clock();
      const principal = await check(token, now);
      if (principal.expiresAt <= now) throw new SluiceError('token_expired');
      return principal;
    },
    forget: () => checks.clear(),
  };
}

async function findSession({ database }: AuthContext, claims: SessionClaims): Promise<Principal> {
  const session = await database.sessions.find(claims.sid);
  if (session?.endedAt !== null) throw new SluiceError('token_revoked');
  const scopes = scopesOfRole(session.user.role);
  return { ...toPrincipal(session.user, claims, scopes), sessionId: session.id };
}

async function findAppToken({ database }: AuthContext, claims: AppTokenClaims): Promise<Principal> {
  const token = await database.apiTokens.find(claims.jti);
  if (token?.revokedAt !== null) throw new SluiceError('token_revoked');
  const granted = claims.scope.split(' ').filter(isScope);
  const scopes = scopesOfRole(token.user.role).filter((scope) => granted.includes(scope));
  return { ...toPrincipal(token.user, claims, scopes), tokenId: token.id };
}

function toPrincipal(
  user: StoredUser,
  claims: SessionClaims | AppTokenClaims,
  scopes: readonly Scope[],
): Principal {
  if (user.isDisabled || user.id !== claims.sub) throw new SluiceError('token_revoked');
  const { id: userId, email, name, role } = user;
  return { userId, email, name, role, scopes, expiresAt: claims.exp * 1000 };
}
