// In: snapshots of conversations, as JSON. Out: the same, to whoever knows the id.
// Never: what was said after the snapshot was made.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

interface StoredShare {
  /** 128 random bits: the link is the key. */
  id: string;
  conversationId: string;
  title: string | null;
  /** JSON arrays, one to a line: whoever reads a long one does so a line at a time. */
  content: string;
  /** Epoch ms. */
  createdAt: number;
}

export interface ShareStore {
  insert(share: StoredShare): Promise<void>;
  find(id: string): Promise<StoredShare | undefined>;
  list(conversationId: string): Promise<Pick<StoredShare, 'id' | 'createdAt'>[]>;
  /** @returns whether this user has such a share */
  delete(id: string, userId: string): Promise<boolean>;
}

export function createShareStore({ db, reader }: { db: Kysely<Schema>; reader: Kysely<Schema> }): ShareStore {
  return {
    async insert({ id, conversationId, title, content, createdAt }) {
      const row = { id, conversation_id: conversationId, title, content, created_at: createdAt };
      await db.insertInto('shares').values(row).execute();
    },
    async find(id) {
      const row = await reader.selectFrom('shares').selectAll().where('id', '=', id).executeTakeFirst();
      return (
        row && {
          id,
          conversationId: row.conversation_id,
          title: row.title,
          content: row.content,
          createdAt: row.created_at,
        }
      );
    },
    async list(conversationId) {
      const query = db.selectFrom('shares').select(['id', 'created_at']);
      const rows = await query
        .where('conversation_id', '=', conversationId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(({ id, created_at }) => ({ id, createdAt: created_at }));
    },
    async delete(id, userId) {
      const own = db.selectFrom('conversations').select('id').where('user_id', '=', userId);
      const query = db.deleteFrom('shares').where('id', '=', id).where('conversation_id', 'in', own);
      return (await query.executeTakeFirstOrThrow()).numDeletedRows > 0n;
    },
  };
}
