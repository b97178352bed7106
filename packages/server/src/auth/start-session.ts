import { randomUUID } from 'node:crypto';
import type { Stores } from '../storage/database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import { createOpaqueSecret, hashOpaqueSecret } from './opaque-secret.ts';
import { REFRESH_TOKEN_LIFETIME_MS } from './refresh-token-lifetime.ts';
import type { Issued } from './signed-in.ts';

/** Begins a session with its first refresh token; to be called in a transaction. */
export async function startSession(
  stores: Stores,
  { user, now }: { user: StoredUser; now: number },
): Promise<Issued> {
  await stores.refreshTokens.deleteExpired(now);
  const sessionId = randomUUID();
  const refreshToken = createOpaqueSecret();
  const expiresAt = now + REFRESH_TOKEN_LIFETIME_MS;
  await stores.sessions.insert({ id: sessionId, userId: user.id, createdAt: now });
  await stores.refreshTokens.insertIfNew({
    hash: hashOpaqueSecret(refreshToken),
    sessionId,
    createdAt: now,
    expiresAt,
  });
  return { user, sessionId, refreshToken, refreshExpiresAt: expiresAt };
}
