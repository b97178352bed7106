import { randomUUID } from 'node:crypto';
import type { Stores } from '../storage/database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import { createOpaqueSecret, hashOpaqueSecret } from './opaque-secret.ts';
import { REFRESH_TOKEN_LIFETIME_MS } from './refresh-token-lifetime.ts';
import type { Issued } from './signed-in.ts';

const MAX_USER_AGENT_LENGTH = 300;

/** Begins a session with its first refresh token; to be called in a transaction. */
export async function startSession(
  stores: Stores,
  { user, now, userAgent }: { user: StoredUser; now: number; userAgent?: string | undefined },
): Promise<Issued> {
  const sessionId = randomUUID();
  const refreshToken = createOpaqueSecret();
  const expiresAt = now + REFRESH_TOKEN_LIFETIME_MS;
  await stores.sessions.insert({
    id: sessionId,
    userId: user.id,
    createdAt: now,
    userAgent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH),
  });
  await stores.refreshTokens.insertIfNew({
    hash: hashOpaqueSecret(refreshToken),
    sessionId,
    createdAt: now,
    expiresAt,
  });
  return { user, sessionId, refreshToken, refreshExpiresAt: expiresAt };
}
