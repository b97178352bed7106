import type { AuthContext } from './auth-context.ts';
import { hashOpaqueSecret } from './opaque-secret.ts';

/** Ends the session of a refresh token, old or new. An unknown or missing one is nobody's: nothing to do. */
export async function endSession(
  { database, clock, audit }: AuthContext,
  refreshToken: string | undefined,
): Promise<void> {
  if (!refreshToken) return;
  const token = await database.refreshTokens.find(hashOpaqueSecret(refreshToken));
  if (token === undefined) return;
  const session = await database.sessions.find(token.sessionId);
  await database.sessions.end(token.sessionId, clock());
  audit.note('session.logout', { actor: session?.user.id, target: token.sessionId });
}
