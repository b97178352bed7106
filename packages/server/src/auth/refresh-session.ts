import { type KeyObject, createHmac } from 'node:crypto';
import { type ErrorCode, SluiceError } from '@sluice/shared';
import type { Stores } from '../storage/database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { hashOpaqueSecret } from './opaque-secret.ts';
import { REFRESH_TOKEN_LIFETIME_MS, SESSION_LIFETIME_MS } from './refresh-token-lifetime.ts';
import { type Issued, type SignedIn, toSignedIn } from './signed-in.ts';

/** How long a token that was replaced still works once its successor has: requests of two tabs cross. */
const OVERLAP_MS = 10_000;

/**
 * Exchanges a refresh token for its one successor, which is derived from it: parallel and repeated uses get the same, and only
 * hashes are stored. A token that was replaced stays good until its successor is first used, and 10 s after. One that is older
 * shows that somebody else has a copy: the whole session ends (RFC 9700, section 4.14.2).
 * @throws {SluiceError} `token_missing`, `token_invalid`, `token_expired`, `token_revoked`
 */
export async function refreshSession(context: AuthContext, token: string | undefined): Promise<SignedIn> {
  if (!token) throw new SluiceError('token_missing');
  const outcome = await context.database.transaction((stores) => exchange(context, stores, token));
  // Thrown only here: within the transaction it would undo the end of the session.
  if (typeof outcome === 'string') throw new SluiceError(outcome);
  if ('reused' in outcome) {
    const { id, user } = outcome.reused;
    context.audit.note('session.reused', { actor: user.id, target: id });
    throw new SluiceError('token_revoked');
  }
  return toSignedIn(context, outcome);
}

interface Reused {
  reused: { id: string; user: StoredUser };
}

async function exchange(
  context: AuthContext,
  stores: Stores,
  token: string,
): Promise<Issued | ErrorCode | Reused> {
  const now = context.clock();
  const hash = hashOpaqueSecret(token);
  const used = await stores.refreshTokens.find(hash);
  if (used === undefined) return 'token_invalid';
  const session = await stores.sessions.find(used.sessionId);
  if (session?.endedAt !== null || session.user.isDisabled) return 'token_revoked';
  if (used.expiresAt <= now) return 'token_expired';
  const key = context.keys.refresh;
  const refreshToken = deriveSuccessor(key, token);
  if (used.usedAt === null) {
    await stores.refreshTokens.markUsed(hash, now);
    await stores.refreshTokens.insertIfNew({
      hash: hashOpaqueSecret(refreshToken),
      sessionId: session.id,
      createdAt: now,
      expiresAt: Math.min(now + REFRESH_TOKEN_LIFETIME_MS, session.createdAt + SESSION_LIFETIME_MS),
    });
  } else if (await isOutdated(stores, { key, successor: refreshToken, now })) {
    await stores.sessions.end(session.id, now);
    return { reused: session };
  }
  const issued = await stores.refreshTokens.find(hashOpaqueSecret(refreshToken));
  if (issued === undefined) return 'token_invalid';
  return { user: session.user, sessionId: session.id, refreshToken, refreshExpiresAt: issued.expiresAt };
}

function deriveSuccessor(key: KeyObject, token: string): string {
  return createHmac('sha256', key).update(token).digest('base64url');
}

/** Older than the previous token counts at once: the overlap is for one step, not for a chain of quick ones. */
async function isOutdated(
  { refreshTokens }: Stores,
  { key, successor, now }: { key: KeyObject; successor: string; now: number },
): Promise<boolean> {
  const next = await refreshTokens.find(hashOpaqueSecret(successor));
  if (next === undefined) return true;
  if (next.usedAt === null) return false;
  if (now - next.usedAt > OVERLAP_MS) return true;
  const afterNext = await refreshTokens.find(hashOpaqueSecret(deriveSuccessor(key, successor)));
  return afterNext?.usedAt !== null;
}
