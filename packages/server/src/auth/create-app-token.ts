import { randomUUID } from 'node:crypto';
import type { CreatedAppToken } from '@sluice/shared';
import type { Stores } from '../storage/database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { checkEmail } from './check-email.ts';
import { type AppTokenTerms, checkTerms, issueAppToken } from './issue-app-token.ts';

export interface NewAppToken extends AppTokenTerms {
  email: string;
}

/**
 * Makes a token for an app, and its user (role `user`, no password) if there is none with that email.
 * @returns the JWT, which is not stored, the id that revokes it, and whether the user is new
 * @throws {SluiceError} `invalid_request`, naming what is wrong
 */
export async function createAppToken(
  context: AuthContext,
  { email, ...terms }: NewAppToken,
): Promise<CreatedAppToken & { isNewUser: boolean }> {
  checkEmail(email);
  checkTerms(terms);
  return context.database.transaction(async (stores) => {
    const known = await stores.users.findByEmail(email);
    const user = known ?? (await insertUser(stores, { email, createdAt: context.clock() }));
    const token = await issueAppToken(context, stores, { user, terms });
    return { ...token, isNewUser: known === undefined };
  });
}

async function insertUser(
  { users }: Stores,
  { email, createdAt }: { email: string; createdAt: number },
): Promise<StoredUser> {
  const user: StoredUser = {
    id: randomUUID(),
    email,
    name: null,
    role: 'user',
    passwordHash: null,
    isDisabled: false,
    createdAt,
  };
  await users.insert(user);
  return user;
}
