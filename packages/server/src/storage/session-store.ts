// In: sign-ins and their ends. Out: a session together with its user, in one query, for each request that is checked.
// Never: refresh tokens, which are rows of their own.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import { type StoredUser, toUser } from './user-store.ts';

interface StoredSession {
  id: string;
  user: StoredUser;
  /** Epoch ms; null while it lives. Its refresh tokens may all have expired before. */
  endedAt: number | null;
}

export interface SessionStore {
  insert(session: { id: string; userId: string; createdAt: number }): Promise<void>;
  find(id: string): Promise<StoredSession | undefined>;
  /** @returns those of the ids that are sessions which have not ended */
  keepLive(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Does nothing to a session that has ended. */
  end(id: string, at: number): Promise<void>;
}

export function createSessionStore(db: Kysely<Schema>): SessionStore {
  return {
    async insert({ id, userId, createdAt }) {
      await db
        .insertInto('sessions')
        .values({ id, user_id: userId, created_at: createdAt, ended_at: null })
        .execute();
    },
    async find(id) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.user_id')
        .selectAll('users')
        .select('sessions.ended_at')
        .where('sessions.id', '=', id)
        .executeTakeFirst();
      return row && { id, user: toUser(row), endedAt: row.ended_at };
    },
    async keepLive(ids) {
      if (ids.length === 0) return new Set();
      const query = db.selectFrom('sessions').select('id').where('id', 'in', ids);
      const rows = await query.where('ended_at', 'is', null).execute();
      return new Set(rows.map(({ id }) => id));
    },
    async end(id, at) {
      await db
        .updateTable('sessions')
        .set({ ended_at: at })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
  };
}
