import { randomUUID } from 'node:crypto';
import { SluiceError } from '@sluice/shared';
import type { Stores } from '../storage/database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { checkEmail } from './check-email.ts';
import { isScope, scopesOfRole } from './scope.ts';
import { signAppToken } from './sign-token.ts';

export interface NewAppToken {
  email: string;
  /** What its owner will know it by. */
  name: string;
  /** 90 unless said; 3650 at most. */
  days?: number;
  /** `chat` unless said. */
  scopes?: readonly string[];
}

const DAY_MS = 24 * 3_600_000;
const MAX_DAYS = 3650;

/**
 * Makes a token for an app, and its user (role `user`, no password) if there is none with that email.
 * @returns the JWT, which is not stored, and the id that revokes it
 * @throws {SluiceError} `invalid_request`, naming what is wrong
 */
export async function createAppToken(
  { database, keys, clock }: AuthContext,
  { email, name, days = 90, scopes = ['chat'] }: NewAppToken,
): Promise<{ id: string; token: string }> {
  checkEmail(email);
  if (name.trim() === '' || name.length > 100) refuse('the name must have 1 to 100 characters');
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) refuse(`days must be from 1 to ${MAX_DAYS}`);
  const createdAt = clock();
  const id = randomUUID();
  const token = { id, name, scopes, createdAt, expiresAt: createdAt + days * DAY_MS };
  const userId = await database.transaction(async (stores) => {
    const user = (await stores.users.findByEmail(email)) ?? (await insertUser(stores, { email, createdAt }));
    if (user.isDisabled) refuse(`the user ${email} is disabled`);
    checkScopes(scopes, user.role);
    await stores.apiTokens.insert({ ...token, userId: user.id });
    return user.id;
  });
  return { id, token: signAppToken(keys, { ...token, userId, issuedAt: createdAt }) };
}

function refuse(detail: string): never {
  throw new SluiceError('invalid_request', { detail });
}

function checkScopes(scopes: readonly string[], role: 'admin' | 'user'): void {
  if (scopes.length === 0) refuse('a token needs at least one scope');
  for (const scope of scopes) {
    if (!isScope(scope)) refuse(`there is no scope "${scope}"`);
    if (!scopesOfRole(role).includes(scope)) refuse(`the scope "${scope}" is for administrators only`);
  }
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
