import type { AuthContext } from './auth-context.ts';

/** Who something is done for, and with what they asked for it. */
export interface TokenOwner {
  readonly userId: string;
  /** Of an app token. */
  readonly tokenId?: string;
  readonly sessionId?: string;
}

/** Three queries, however many owners. @returns those who may have nothing any more, the objects that were given */
export async function findRevoked<Owner extends TokenOwner>(
  { database }: AuthContext,
  owners: readonly Owner[],
): Promise<readonly Owner[]> {
  const [users, tokens, sessions] = await Promise.all([
    database.users.keepEnabled(distinct(owners.map(({ userId }) => userId))),
    database.apiTokens.keepUnrevoked(distinct(owners.map(({ tokenId }) => tokenId))),
    database.sessions.keepLive(distinct(owners.map(({ sessionId }) => sessionId))),
  ]);
  return owners.filter(
    ({ userId, tokenId, sessionId }) =>
      !users.has(userId) ||
      (tokenId !== undefined && !tokens.has(tokenId)) ||
      (sessionId !== undefined && !sessions.has(sessionId)),
  );
}

function distinct(ids: readonly (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => id !== undefined))];
}
