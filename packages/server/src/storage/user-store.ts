// In: accounts as auth decides them. Out: accounts as they are stored.
// Never: passwords, only their hashes; nor two accounts whose emails differ by case alone.
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from './schema.ts';

export interface StoredUser {
  id: string;
  /** As it was typed. */
  email: string;
  name: string | null;
  role: 'admin' | 'user';
  /** Null: this user cannot sign in with a password. */
  passwordHash: string | null;
  /** A disabled user's tokens and sessions are refused. */
  isDisabled: boolean;
  /** Epoch ms. */
  createdAt: number;
}

export interface UserStore {
  /** @throws a unique violation (`isUniqueViolation`) when the email is taken */
  insert(user: StoredUser): Promise<void>;
  /** Finds by email, whatever its case. */
  findByEmail(email: string): Promise<StoredUser | undefined>;
  hasAdmin(): Promise<boolean>;
  /** @returns those of the ids that are users who are not disabled */
  keepEnabled(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Replaces the fields given. */
  update(
    id: string,
    changes: Partial<Pick<StoredUser, 'name' | 'role' | 'passwordHash' | 'isDisabled'>>,
  ): Promise<void>;
}

const toEmailKey = (email: string) => email.normalize('NFC').toLowerCase();

export function toUser(row: Selectable<Schema['users']>): StoredUser {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    isDisabled: row.disabled === 1,
    createdAt: row.created_at,
  };
}

export function createUserStore(db: Kysely<Schema>): UserStore {
  return {
    async insert(user) {
      const row = {
        id: user.id,
        email: user.email,
        email_key: toEmailKey(user.email),
        name: user.name,
        role: user.role,
        password_hash: user.passwordHash,
        disabled: user.isDisabled ? (1 as const) : (0 as const),
        created_at: user.createdAt,
      };
      await db.insertInto('users').values(row).execute();
    },
    async findByEmail(email) {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('email_key', '=', toEmailKey(email))
        .executeTakeFirst();
      return row && toUser(row);
    },
    async hasAdmin() {
      const row = await db
        .selectFrom('users')
        .select('id')
        .where('role', '=', 'admin')
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async keepEnabled(ids) {
      if (ids.length === 0) return new Set();
      const query = db.selectFrom('users').select('id').where('id', 'in', ids).where('disabled', '=', 0);
      return new Set((await query.execute()).map(({ id }) => id));
    },
    async update(id, { name, role, passwordHash, isDisabled }) {
      const changes = {
        ...(name !== undefined && { name }),
        ...(role !== undefined && { role }),
        ...(passwordHash !== undefined && { password_hash: passwordHash }),
        ...(isDisabled !== undefined && { disabled: isDisabled ? (1 as const) : (0 as const) }),
      };
      await db.updateTable('users').set(changes).where('id', '=', id).execute();
    },
  };
}
