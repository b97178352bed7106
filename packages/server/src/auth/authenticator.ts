// In: the token of a request. Out: who it is, as the database has it now or had it less than a second ago.
// Never: a token whose signature, type, issuer, audience or expiry was not checked, nor more scopes than the user's role has.
import { SluiceError } from '@sluice/shared';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import type { ExternalTokens } from './external/external-tokens.ts';
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

/** How far behind `lastUsedAt` may be: a write for each request would cost more than the request. */
const USE_INTERVAL_MS = 60_000;

export interface AuthenticatorContext extends Pick<AuthContext, 'database' | 'keys' | 'clock' | 'audit'> {
  /** Undefined: our own tokens alone are taken. */
  external: ExternalTokens | undefined;
}

export function createAuthenticator(context: AuthenticatorContext): Authenticator {
  const checks = new Map<string, Check>();

  /** Requests that come together with one token share one look at the database. */
  function check(token: string, at: number): Promise<Principal> {
    const known = checks.get(token);
    // The wall clock may be set back: then an entry from the future is no younger than one from the past.
    if (known !== undefined && Math.abs(at - known.at) <= MAX_AGE_MS) return known.principal;
    const principal = findPrincipal(context, token, at);
    principal.catch((error: unknown) => {
      if (isRefusal(error)) context.audit.note('token.refused', { code: error.code });
    });
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

/** One that has expired is everyday. */
function isRefusal(error: unknown): error is SluiceError {
  return error instanceof SluiceError && (error.code === 'token_invalid' || error.code === 'token_revoked');
}

async function findPrincipal(context: AuthenticatorContext, token: string, now: number): Promise<Principal> {
  if (context.external?.isMeant(token)) return context.external.findPrincipal(token);
  const { type, claims } = verifyToken(context.keys, token, now);
  return type === 'session+jwt' ? findSession(context, claims) : findAppToken(context, claims);
}

async function findSession(context: AuthenticatorContext, claims: SessionClaims): Promise<Principal> {
  const { sessions } = context.database;
  const session = await sessions.find(claims.sid);
  if (session?.endedAt !== null) throw new SluiceError('token_revoked');
  const principal = toPrincipal(session.user, claims, scopesOfRole(session.user.role));
  noteUse(context, sessions, session);
  return { ...principal, sessionId: session.id };
}

async function findAppToken(context: AuthenticatorContext, claims: AppTokenClaims): Promise<Principal> {
  const { apiTokens } = context.database;
  const token = await apiTokens.find(claims.jti);
  if (token?.revokedAt !== null) throw new SluiceError('token_revoked');
  const granted = claims.scope.split(' ').filter(isScope);
  const scopes = scopesOfRole(token.user.role).filter((scope) => granted.includes(scope));
  const principal = toPrincipal(token.user, claims, scopes);
  noteUse(context, apiTokens, token);
  return { ...principal, tokenId: token.id };
}

/** The request does not wait for it; one that could not be written is written by the next. */
function noteUse(
  { clock }: AuthenticatorContext,
  store: { markUsed(id: string, at: number): Promise<void> },
  { id, lastUsedAt }: { id: string; lastUsedAt: number | null },
): void {
  const now = clock();
  if (lastUsedAt !== null && now - lastUsedAt < USE_INTERVAL_MS) return;
  store.markUsed(id, now).catch(() => undefined);
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
