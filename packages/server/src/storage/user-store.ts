// In: accounts as auth decides them. Out: accounts as they are stored.
// Never: passwords, only their hashes; nor two accounts whose emails differ by case alone.
import { type Kysely, type Selectable, sql } from 'kysely';
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
  /**
   * @param key what must be unique instead of the email, for a user who has none
   * @throws a unique violation (`isUniqueViolation`) when the email is taken
   */
  insert(user: StoredUser, key?: string): Promise<void>;
  find(id: string): Promise<StoredUser | undefined>;
  /** Finds by email, whatever its case. */
  findByEmail(email: string): Promise<StoredUser | undefined>;
  /** The oldest first; from beyond `after`, if given. */
  list(page: { after?: Pick<StoredUser, 'createdAt' | 'id'>; limit: number }): Promise<StoredUser[]>;
  hasAdmin(): Promise<boolean>;
  /** @returns those of the ids that are users who are not disabled */
  keepEnabled(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Within a transaction: keeps all others from changing the user until its end.
   * @returns whether the user still has that password hash and is not disabled
   */
  hold(user: Pick<StoredUser, 'id' | 'passwordHash'>): Promise<boolean>;
  /**
   * Within a transaction: keeps all others from changing an administrator until its end.
   * @returns the ids of the administrators who can sign in: they have a password and are not disabled
   */
  holdAdmins(): Promise<readonly string[]>;
  /** Replaces the fields given. @returns whether there is such a user */
  update(id: string, changes: UserChanges): Promise<boolean>;
}

export type UserChanges = Partial<Pick<StoredUser, 'name' | 'role' | 'passwordHash' | 'isDisabled'>>;

/** What makes two emails the same: all but case and the form of Unicode. */
export const toEmailKey = (email: string) => email.normalize('NFC').toLowerCase();

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
  return { ...readUsers(db), ...changeUsers(db) };
}

function readUsers(
  db: Kysely<Schema>,
): Pick<UserStore, 'find' | 'findByEmail' | 'list' | 'hasAdmin' | 'keepEnabled'> {
  return {
    async find(id) {
      const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toUser(row);
    },
    async findByEmail(email) {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('email_key', '=', toEmailKey(email))
        .executeTakeFirst();
      return row && toUser(row);
    },
    async list({ after, limit }) {
      let query = db.selectFrom('users').selectAll();
      if (after !== undefined) {
        query = query.where(sql<boolean>`(created_at, id) > (${after.createdAt}, ${after.id})`);
      }
      return (await query.orderBy('created_at').orderBy('id').limit(limit).execute()).map(toUser);
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
  };
}

function changeUsers(db: Kysely<Schema>): Pick<UserStore, 'insert' | 'update' | 'hold' | 'holdAdmins'> {
  return {
    async insert(user, key = toEmailKey(user.email)) {
      const row = {
        id: user.id,
        email: user.email,
        email_key: key,
        name: user.name,
        role: user.role,
        password_hash: user.passwordHash,
        disabled: user.isDisabled ? (1 as const) : (0 as const),
        created_at: user.createdAt,
      };
      await db.insertInto('users').values(row).execute();
    },
    async update(id, { name, role, passwordHash, isDisabled }) {
      const changes = {
        ...(name !== undefined && { name }),
        ...(role !== undefined && { role }),
        ...(passwordHash !== undefined && { password_hash: passwordHash }),
        ...(isDisabled !== undefined && { disabled: isDisabled ? (1 as const) : (0 as const) }),
      };
      const query = db.updateTable('users').set(changes).where('id', '=', id);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    // A row that is written is locked, on every database; `select … for update` SQLite does not know.
    async hold({ id, passwordHash }) {
      const query = db
        .updateTable('users')
        .set({ disabled: 0 })
        .where('id', '=', id)
        .where('disabled', '=', 0);
      const { numUpdatedRows } = await query
        .where('password_hash', passwordHash === null ? 'is' : '=', passwordHash)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async holdAdmins() {
      const query = db.updateTable('users').set({ disabled: 0 }).where('role', '=', 'admin');
      const rows = await query
        .where('disabled', '=', 0)
        .where('password_hash', 'is not', null)
        .returning('id')
        .execute();
      return rows.map(({ id }) => id);
    },
  };
}
