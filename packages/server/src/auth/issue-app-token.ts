import { randomUUID } from 'node:crypto';
import { type CreatedAppToken, SluiceError } from '@sluice/shared';
import type { Stores } from '../storage/database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { isScope, scopesOfRole } from './scope.ts';
import { signAppToken } from './sign-token.ts';

export interface AppTokenTerms {
  /** What its owner will know it by. */
  name: string;
  /** 90 unless said; 3650 at most. */
  days?: number | undefined;
  /** `chat` unless said. */
  scopes?: readonly string[] | undefined;
}

const DAY_MS = 24 * 3_600_000;
const MAX_DAYS = 3650;

/** @throws {SluiceError} `invalid_request`, naming what is wrong */
export function checkTerms({ name, days = 90 }: AppTokenTerms): void {
  if (name.trim() === '' || name.length > 100) refuse('the name must have 1 to 100 characters');
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) refuse(`days must be from 1 to ${MAX_DAYS}`);
}

/**
 * Makes a token for a user's app; to be called in a transaction.
 * @returns the JWT, which is not stored, and the id that revokes it
 * @throws {SluiceError} `invalid_request`, naming what is wrong
 */
export async function issueAppToken(
  { keys, clock }: AuthContext,
  stores: Stores,
  { user, terms }: { user: StoredUser; terms: AppTokenTerms },
): Promise<CreatedAppToken> {
  if (user.isDisabled) refuse(`the user ${user.email} is disabled`);
  const scopes = [...new Set(terms.scopes ?? ['chat'])];
  checkScopes(scopes, user.role);
  const issuedAt = clock();
  const expiresAt = issuedAt + (terms.days ?? 90) * DAY_MS;
  const id = randomUUID();
  const { name } = terms;
  await stores.apiTokens.insert({ id, userId: user.id, name, scopes, createdAt: issuedAt, expiresAt });
  return {
    id,
    token: signAppToken(keys, { id, userId: user.id, scopes, issuedAt, expiresAt }),
    name,
    scopes,
    createdAt: new Date(issuedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function checkScopes(scopes: readonly string[], role: 'admin' | 'user'): void {
  if (scopes.length === 0) refuse('a token needs at least one scope');
  for (const scope of scopes) {
    if (!isScope(scope)) refuse(`scopes: there is no scope "${scope}"`);
    if (!scopesOfRole(role).includes(scope)) {
      refuse(`scopes: the scope "${scope}" is for administrators only`);
    }
  }
}

function refuse(detail: string): never {
  throw new SluiceError('invalid_request', { detail });
}
