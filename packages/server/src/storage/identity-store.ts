// In: who an external identity provider says somebody is. Out: the user that this stands for here.
// Never: a user found by anything but issuer and subject together.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import { type StoredUser, toUser } from './user-store.ts';

/** A user of an external identity provider, as that names them. */
export interface Identity {
  issuer: string;
  subject: string;
}

export interface IdentityStore {
  /** @throws a unique violation (`isUniqueViolation`) when this stands for a user already */
  insert(identity: Identity & { userId: string; createdAt: number }): Promise<void>;
  find(identity: Identity): Promise<StoredUser | undefined>;
  /** @returns by user, for those of the users who have one */
  listOf(userIds: readonly string[]): Promise<ReadonlyMap<string, Identity>>;
}

export function createIdentityStore(db: Kysely<Schema>): IdentityStore {
  return {
    async insert({ issuer, subject, userId, createdAt }) {
      const row = { issuer, subject, user_id: userId, created_at: createdAt };
      await db.insertInto('identities').values(row).execute();
    },
    async find({ issuer, subject }) {
      const row = await db
        .selectFrom('identities')
        .innerJoin('users', 'users.id', 'identities.user_id')
        .selectAll('users')
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row && toUser(row);
    },
    async listOf(userIds) {
      if (userIds.length === 0) return new Map();
      const query = db.selectFrom('identities').select(['user_id', 'issuer', 'subject']);
      const rows = await query.where('user_id', 'in', userIds).execute();
      return new Map(rows.map(({ user_id: userId, ...identity }) => [userId, identity]));
    },
  };
}
