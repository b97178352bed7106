// In: hashes of the codes behind setup links. Out: whether a code is one of them, and until when.
// Never: the code itself.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

interface StoredSetupCode {
  hash: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
}

export interface SetupCodeStore {
  insert(code: Omit<StoredSetupCode, 'usedAt'>): Promise<void>;
  find(hash: string): Promise<StoredSetupCode | undefined>;
  /**
   * Uses up every code there is: setup happens once, whichever link it came by.
   * @returns whether any was unused; of two transactions at once, one gets false
   */
  useAll(at: number): Promise<boolean>;
  /** Deletes those that were used or expired before then. */
  deleteOld(before: number): Promise<void>;
}

export function createSetupCodeStore(db: Kysely<Schema>): SetupCodeStore {
  return {
    async insert({ hash, createdAt, expiresAt }) {
      await db
        .insertInto('setup_codes')
        .values({ hash, created_at: createdAt, expires_at: expiresAt, used_at: null })
        .execute();
    },
    async find(hash) {
      const row = await db.selectFrom('setup_codes').selectAll().where('hash', '=', hash).executeTakeFirst();
      return row && { hash, createdAt: row.created_at, expiresAt: row.expires_at, usedAt: row.used_at };
    },
    async useAll(at) {
      const { numUpdatedRows } = await db
        .updateTable('setup_codes')
        .set({ used_at: at })
        .where('used_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async deleteOld(before) {
      await db
        .deleteFrom('setup_codes')
        .where((eb) => eb.or([eb('used_at', '<', before), eb('expires_at', '<', before)]))
        .execute();
    },
  };
}
