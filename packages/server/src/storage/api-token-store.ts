// In: tokens made for apps, and their revocation. Out: a token together with its user, in one query.
// Never: the token itself; its id is the `jti` of the JWT.
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from './schema.ts';
import { type StoredUser, toUser } from './user-store.ts';

const MAX_LISTED = 1000;

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
  /** Epoch ms; null before its first use. */
  lastUsedAt: number | null;
}

export interface ListedApiToken extends Omit<NewApiToken, 'userId'>, Omit<StoredApiToken, 'user'> {}

export interface ApiTokenStore {
  insert(token: NewApiToken): Promise<void>;
  find(id: string): Promise<StoredApiToken | undefined>;
  /** @returns those of the ids that are tokens which have not been revoked */
  keepUnrevoked(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The newest 1,000, those that have ended included. */
  list(userId: string): Promise<ListedApiToken[]>;
  /**
   * Keeps the time of the first revocation.
   * @param userId whose token it must be; unless given, anyone's
   * @returns whether there is such a token
   */
  revoke(id: string, at: number, userId?: string): Promise<boolean>;
  /** A use before the one that is known changes nothing. */
  markUsed(id: string, at: number): Promise<void>;
}

export function createApiTokenStore(db: Kysely<Schema>): ApiTokenStore {
  return { ...readTokens(db), ...changeTokens(db) };
}

function readTokens(db: Kysely<Schema>): Pick<ApiTokenStore, 'find' | 'list' | 'keepUnrevoked'> {
  return {
    async find(id) {
      const row = await db
        .selectFrom('api_tokens')
        .innerJoin('users', 'users.id', 'api_tokens.user_id')
        .selectAll('users')
        .select(['api_tokens.revoked_at', 'api_tokens.last_used_at'])
        .where('api_tokens.id', '=', id)
        .executeTakeFirst();
      return row && { id, user: toUser(row), revokedAt: row.revoked_at, lastUsedAt: row.last_used_at };
    },
    async list(userId) {
      const query = db.selectFrom('api_tokens').selectAll().where('user_id', '=', userId);
      const rows = await query.orderBy('created_at', 'desc').orderBy('id').limit(MAX_LISTED).execute();
      return rows.map(toListed);
    },
    async keepUnrevoked(ids) {
      if (ids.length === 0) return new Set();
      const query = db.selectFrom('api_tokens').select('id').where('id', 'in', ids);
      const rows = await query.where('revoked_at', 'is', null).execute();
      return new Set(rows.map(({ id }) => id));
    },
  };
}

function changeTokens(db: Kysely<Schema>): Pick<ApiTokenStore, 'insert' | 'revoke' | 'markUsed'> {
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
    async revoke(id, at, userId) {
      let query = db
        .updateTable('api_tokens')
        .set((column) => ({ revoked_at: column.fn.coalesce('revoked_at', column.val(at)) }))
        .where('id', '=', id);
      if (userId !== undefined) query = query.where('user_id', '=', userId);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    async markUsed(id, at) {
      await db
        .updateTable('api_tokens')
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
        .execute();
    },
  };
}

function toListed(row: Selectable<Schema['api_tokens']>): ListedApiToken {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes.split(' '),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
