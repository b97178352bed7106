// In: what signed-in users do with the tokens of their apps. Out: tokens, each in full only when it is made.
// Never: another user's token.
import { type AppTokenList, type CreatedAppToken, SluiceError } from '@sluice/shared';
import type { ListedApiToken } from '../storage/api-token-store.ts';
import type { AuthContext } from './auth-context.ts';
import { type AppTokenTerms, checkTerms, issueAppToken } from './issue-app-token.ts';

export interface OwnTokens {
  /** @throws {SluiceError} `invalid_request`, naming the field */
  create(userId: string, terms: AppTokenTerms): Promise<CreatedAppToken>;
  /** The newest first, those that have ended included. */
  list(userId: string): Promise<AppTokenList>;
  /** Revoking twice is no error. @throws {SluiceError} `not_found` */
  revoke(userId: string, id: string): Promise<void>;
}

export function createOwnTokens(context: AuthContext): OwnTokens {
  const { database, clock, forget, audit } = context;
  return {
    async create(userId, terms) {
      checkTerms(terms);
      const created = await database.transaction(async (stores) => {
        const user = await stores.users.find(userId);
        if (user === undefined) throw new SluiceError('token_revoked');
        return issueAppToken(context, stores, { user, terms });
      });
      const { id, scopes, expiresAt } = created;
      audit.note('token.created', { target: id, scopes, expiresAt });
      return created;
    },
    async list(userId) {
      return { tokens: (await database.apiTokens.list(userId)).map(toWire) };
    },
    async revoke(userId, id) {
      const isThere = await database.apiTokens.revoke(id, clock(), userId);
      if (!isThere) throw new SluiceError('not_found', { detail: 'there is no such token' });
      forget();
      audit.note('token.revoked', { target: id });
    },
  };
}

function toWire({ createdAt, expiresAt, lastUsedAt, revokedAt, ...token }: ListedApiToken) {
  const toText = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  return {
    ...token,
    scopes: [...token.scopes],
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    lastUsedAt: toText(lastUsedAt),
    revokedAt: toText(revokedAt),
  };
}
