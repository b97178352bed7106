// In: sign-ins and their ends. Out: a session together with its user, in one query, for each request that is checked.
// Never: refresh tokens, which are rows of their own.
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from './schema.ts';
import { type StoredUser, toUser } from './user-store.ts';

interface StoredSession {
  id: string;
  user: StoredUser;
  /** Epoch ms. */
  createdAt: number;
  /** Epoch ms; null while it lives. Its refresh tokens may all have expired before. */
  endedAt: number | null;
  /** Epoch ms; null before its first use. */
  lastUsedAt: number | null;
}

interface OpenSession {
  id: string;
  /** Epoch ms. */
  createdAt: number;
  lastUsedAt: number | null;
  userAgent: string | null;
}

export interface SessionStore {
  insert(session: {
    id: string;
    userId: string;
    createdAt: number;
    userAgent?: string | undefined;
  }): Promise<void>;
  find(id: string): Promise<StoredSession | undefined>;
  /** Those that have neither ended nor expired, the newest first. */
  listOpen(userId: string, now: number): Promise<OpenSession[]>;
  /** @returns those of the ids that are sessions which have not ended */
  keepLive(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Does nothing to a session that has ended. */
  end(id: string, at: number): Promise<void>;
  /** Ends a user's sessions: all, one, or all but one. @returns how many there were to end */
  endOf(userId: string, which: { at: number; only?: string; except?: string | undefined }): Promise<number>;
  /** A use before the one that is known changes nothing. */
  markUsed(id: string, at: number): Promise<void>;
  /**
   * Deletes those that ended before a time, and those whose refresh tokens all expired before another, with the tokens: to be called
   * before tokens that expired are deleted by themselves.
   */
  deleteOver(before: { endedBefore: number; expiredBefore: number }): Promise<void>;
}

export function createSessionStore(db: Kysely<Schema>): SessionStore {
  return { ...readSessions(db), ...changeSessions(db) };
}

function readSessions(db: Kysely<Schema>): Pick<SessionStore, 'find' | 'listOpen' | 'keepLive'> {
  return {
    async find(id) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.user_id')
        .selectAll('users')
        .select(['sessions.ended_at', 'sessions.last_used_at', 'sessions.created_at as began_at'])
        .where('sessions.id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { began_at: createdAt, ended_at: endedAt, last_used_at: lastUsedAt } = row;
      return { id, user: toUser(row), createdAt, endedAt, lastUsedAt };
    },
    async listOpen(userId, now) {
      const rows = await db
        .selectFrom('sessions')
        .select(['id', 'created_at', 'last_used_at', 'user_agent'])
        .where('user_id', '=', userId)
        .where('ended_at', 'is', null)
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('refresh_tokens')
              .select('hash')
              .whereRef('session_id', '=', 'sessions.id')
              .where('expires_at', '>', now),
          ),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(toOpenSession);
    },
    async keepLive(ids) {
      if (ids.length === 0) return new Set();
      const query = db.selectFrom('sessions').select('id').where('id', 'in', ids);
      const rows = await query.where('ended_at', 'is', null).execute();
      return new Set(rows.map(({ id }) => id));
    },
  };
}

function changeSessions(
  db: Kysely<Schema>,
): Pick<SessionStore, 'insert' | 'markUsed' | 'end' | 'endOf' | 'deleteOver'> {
  return {
    async insert({ id, userId, createdAt, userAgent = null }) {
      const row = { id, user_id: userId, created_at: createdAt, ended_at: null, user_agent: userAgent };
      await db.insertInto('sessions').values(row).execute();
    },
    async markUsed(id, at) {
      await db
        .updateTable('sessions')
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
        .execute();
    },
    async end(id, at) {
      await db
        .updateTable('sessions')
        .set({ ended_at: at })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
    async endOf(userId, { at, only, except }) {
      let query = db.updateTable('sessions').set({ ended_at: at }).where('user_id', '=', userId);
      if (only !== undefined) query = query.where('id', '=', only);
      if (except !== undefined) query = query.where('id', '!=', except);
      const { numUpdatedRows } = await query.where('ended_at', 'is', null).executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },
    async deleteOver({ endedBefore, expiredBefore }) {
      await db.deleteFrom('sessions').where('ended_at', '<', endedBefore).execute();
      const tokens = db.selectFrom('refresh_tokens').select('session_id');
      await db
        .deleteFrom('sessions')
        .where('id', 'in', tokens.where('expires_at', '<', expiredBefore))
        .where((eb) => {
          const own = eb.selectFrom('refresh_tokens').whereRef('session_id', '=', 'sessions.id');
          return eb.not(eb.exists(own.select('hash').where('expires_at', '>=', expiredBefore)));
        })
        .execute();
    },
  };
}

function toOpenSession(
  row: Pick<Selectable<Schema['sessions']>, 'id' | 'created_at' | 'last_used_at' | 'user_agent'>,
): OpenSession {
  return { id: row.id, createdAt: row.created_at, lastUsedAt: row.last_used_at, userAgent: row.user_agent };
}
