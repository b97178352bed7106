import { type ManagedUserChanges, SluiceError } from '@sluice/shared';
import type { Stores } from '../storage/database.ts';
import type { StoredUser, UserChanges } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { forgiveAttempts } from './try-password.ts';

export interface UserChange {
  id: string;
  changes: ManagedUserChanges;
  /** The administrator who asks: their own password is changed by who knows it. */
  byUserId?: string;
}

/** @throws {SluiceError} `not_found`; `invalid_request` naming the field */
export async function changeUser(context: AuthContext, { id, changes, byUserId }: UserChange): Promise<void> {
  const { database, passwords, clock, forget } = context;
  const user = await database.users.find(id);
  if (user === undefined) throw new SluiceError('not_found', { detail: 'there is no such user' });
  if (changes.password !== undefined && id === byUserId) {
    refuse('password: change your own with POST /api/me/password');
  }
  await refuseForExternal(database, user, changes);
  const { name, role, disabled, password } = changes;
  const stored: UserChanges = {
    ...(name !== undefined && { name }),
    ...(role !== undefined && { role }),
    ...(disabled !== undefined && { isDisabled: disabled }),
    ...(password !== undefined && { passwordHash: await passwords.hash(password) }),
  };
  if (Object.keys(stored).length === 0) return;
  await database.transaction(async (stores) => {
    if (role === 'user' || disabled === true) {
      const admins = await stores.users.holdAdmins();
      if (admins.length === 1 && admins[0] === id) {
        refuse(`${role === 'user' ? 'role' : 'disabled'}: this is the last administrator who can sign in`);
      }
    }
    await stores.users.update(id, stored);
    if (disabled === true || password !== undefined) await stores.sessions.endOf(id, { at: clock() });
  });
  if (password !== undefined) await forgiveAttempts(context, user.email);
  forget();
}

/** Whoever can name a subject at the identity provider is no administrator here, and has no password to be known by. */
async function refuseForExternal(
  { identities }: Stores,
  { id }: StoredUser,
  { role, password }: ManagedUserChanges,
): Promise<void> {
  if (role !== 'admin' && password === undefined) return;
  if (!(await identities.listOf([id])).has(id)) return;
  const field = role === 'admin' ? 'role' : 'password';
  refuse(`${field}: not for a user of an external identity provider`);
}

function refuse(detail: string): never {
  throw new SluiceError('invalid_request', { detail });
}
