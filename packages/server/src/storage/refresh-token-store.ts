// In: hashes of refresh tokens. Out: when each was issued, used, and for which session.
// Never: a token itself; a copy of the database signs nobody in.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

interface StoredRefreshToken {
  hash: string;
  sessionId: string;
  createdAt: number;
  expiresAt: number;
  /** Epoch ms of its first use; null before. */
  usedAt: number | null;
}

export interface RefreshTokenStore {
  /** Does nothing when the hash is known: parallel uses of one token all issue the same successor. */
  insertIfNew(token: Omit<StoredRefreshToken, 'usedAt'>): Promise<void>;
  find(hash: string): Promise<StoredRefreshToken | undefined>;
  /** Keeps the time of the first use. */
  markUsed(hash: string, at: number): Promise<void>;
  deleteExpired(before: number): Promise<void>;
}

export function createRefreshTokenStore(db: Kysely<Schema>): RefreshTokenStore {
  return {
    async insertIfNew({ hash, sessionId, createdAt, expiresAt }) {
      await db
        .insertInto('refresh_tokens')
        .values({
          hash,
          session_id: sessionId,
          created_at: createdAt,
          expires_at: expiresAt,
          used_at: null,
        })
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .execute();
    },
    async find(hash) {
      const row = await db
        .selectFrom('refresh_tokens')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst();
      return (
        row && {
          hash,
          sessionId: row.session_id,
          createdAt: row.created_at,
          expiresAt: row.expires_at,
          usedAt: row.used_at,
        }
      );
    },
    async markUsed(hash, at) {
      await db
        .updateTable('refresh_tokens')
        .set({ used_at: at })
        .where('hash', '=', hash)
        .where('used_at', 'is', null)
        .execute();
    },
    async deleteExpired(before) {
      await db.deleteFrom('refresh_tokens').where('expires_at', '<', before).execute();
    },
  };
}
