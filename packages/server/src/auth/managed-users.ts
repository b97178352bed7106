// In: what administrators do with accounts. Out: accounts as administrators see them.
// Never: a server whose last enabled administrator was disabled or demoted; nor a password hash.
import { type ManagedUser, type ManagedUserList, type NewManagedUser, SluiceError } from '@sluice/shared';
import { decodeCursor, encodeCursor } from '../storage/cursor.ts';
import type { Identity } from '../storage/identity-store.ts';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { type UserChange, changeUser } from './change-user.ts';
import { createUser } from './create-user.ts';

export interface ManagedUsers {
  /** The oldest first. @throws {SluiceError} `invalid_cursor` */
  list(page: { cursor?: string | undefined; limit: number }): Promise<ManagedUserList>;
  /** @throws {SluiceError} `invalid_request`: there is such a user */
  create(user: NewManagedUser): Promise<ManagedUser>;
  /** @throws {SluiceError} `not_found` */
  find(id: string): Promise<ManagedUser>;
  /**
   * Counts at once: a role decides the scopes of what the user has; disabling and a new password end the user's sessions.
   * @throws {SluiceError} `not_found`; `invalid_request` naming the field
   */
  change(change: UserChange): Promise<ManagedUser>;
}

export function createManagedUsers(context: AuthContext): ManagedUsers {
  const { users, identities } = context.database;
  const find = async (id: string) => {
    const user = await users.find(id);
    if (user === undefined) throw new SluiceError('not_found', { detail: 'there is no such user' });
    return toManagedUser(user, (await identities.listOf([id])).get(id));
  };
  return {
    async list({ cursor, limit }) {
      const after = cursor === undefined ? undefined : toPlace(cursor);
      const found = await users.list({ limit: limit + 1, ...(after && { after }) });
      const page = found.slice(0, limit);
      const known = await identities.listOf(page.map(({ id }) => id));
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        users: page.map((user) => toManagedUser(user, known.get(user.id))),
        nextCursor: last === undefined ? null : encodeCursor([last.createdAt, last.id]),
      };
    },
    async create({ email, role = 'user', name, password }) {
      const { id } = await createUser(context, { email, role, name, password });
      context.audit.note('user.created', { target: id, role });
      return find(id);
    },
    find,
    async change(change) {
      await changeUser(context, change);
      const { role = null, disabled = null } = change.changes;
      const fields = Object.keys(change.changes);
      context.audit.note('user.changed', { target: change.id, fields, role, disabled });
      return find(change.id);
    },
  };
}

function toPlace(cursor: string): Pick<StoredUser, 'createdAt' | 'id'> {
  const [createdAt, id] = decodeCursor(cursor, ['number', 'id']);
  return { createdAt, id };
}

function toManagedUser(user: StoredUser, identity: Identity | undefined): ManagedUser {
  const { id, email, name, role } = user;
  return {
    id,
    email,
    name,
    role,
    disabled: user.isDisabled,
    hasPassword: user.passwordHash !== null,
    identity: identity ?? null,
    createdAt: new Date(user.createdAt).toISOString(),
  };
}
