// In: tokens made for apps, and their revocation. Out: a token together with its user, in one query.
// Never: the token itself; its id is the `jti` of the JWT.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import { type StoredUser, toUser } from './user-store.ts';

interface NewApiToken {
  id: string;
  userId: string;
  name: string;
  scopes: readonly string[];
  createdAt: number;
  expiresAt: number;
}

interface StoredApiToken {
  id: string;
  user: StoredUser;
  /** Epoch ms; null while it is good. */
  revokedAt: number | null;
}

export interface ApiTokenStore {
  insert(token: NewApiToken): Promise<void>;
  find(id: string): Promise<StoredApiToken | undefined>;
  /** @returns those of the ids that are tokens which have not been revoked */
  keepUnrevoked(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Keeps the time of the first revocation.
   * @returns whether there is such a token
   */
  revoke(id: string, at: number): Promise<boolean>;
}

export function createApiTokenStore(db: Kysely<Schema>): ApiTokenStore {
  return {
    async insert({ id, userId, name, scopes, createdAt, expiresAt }) {
      await db
        .insertInto('api_tokens')
        .values({
          id,
          user_id: userId,
          name,
          scopes: scopes.join(' '),
          created_at: createdAt,
          expires_at: expiresAt,
          revoked_at: null,
        })
        .execute();
    },
    async find(id) {
      const row = await db
        .selectFrom('api_tokens')
        .innerJoin('users', 'users.id', 'api_tokens.user_id')
        .selectAll('users')
        .select('api_tokens.revoked_at')
        .where('api_tokens.id', '=', id)
        .executeTakeFirst();
      return row && { id, user: toUser(row), revokedAt: row.revoked_at };
    },
    async keepUnrevoked(ids) {
      if (ids.length === 0) return new Set();
      const query = db.selectFrom('api_tokens').select('id').where('id', 'in', ids);
      const rows = await query.where('revoked_at', 'is', null).execute();
      return new Set(rows.map(({ id }) => id));
    },
    async revoke(id, at) {
      const { numUpdatedRows } = await db
        .updateTable('api_tokens')
        .set((column) => ({ revoked_at: column.fn.coalesce('revoked_at', column.val(at)) }))
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
  };
}
