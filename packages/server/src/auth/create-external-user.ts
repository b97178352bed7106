import { randomUUID } from 'node:crypto';
import { SluiceError } from '@sluice/shared';
import type { Identity } from '../storage/identity-store.ts';
import { isUniqueViolation } from '../storage/is-unique-violation.ts';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { checkName } from './create-user.ts';

export interface NewExternalUser extends Identity {
  name?: string | undefined;
}

/** Our own, beyond what OpenID Connect says of a subject: at most 255 characters of ASCII. */
const subjectFormat = /^[\x20-\x7e]{1,255}$/;

/**
 * Makes the user who stands for a subject of an identity provider: role `user`, without email and password, so that neither an email
 * that the provider vouches for nor one that was typed here ever joins two people into one.
 * @throws {SluiceError} `invalid_request`: the subject or the name is none, or there is such a user
 */
export async function createExternalUser(
  { database, clock }: Pick<AuthContext, 'database' | 'clock'>,
  { issuer, subject, name }: NewExternalUser,
): Promise<StoredUser> {
  if (!subjectFormat.test(subject)) refuse('the subject must have 1 to 255 visible ASCII characters');
  if (name !== undefined) checkName(name);
  const createdAt = clock();
  const user: StoredUser = {
    id: randomUUID(),
    email: '',
    name: name ?? null,
    role: 'user',
    passwordHash: null,
    isDisabled: false,
    createdAt,
  };
  try {
    await database.transaction(async ({ users, identities }) => {
      // A space is in no email and in no issuer: this is nobody else's key.
      await users.insert(user, `${issuer} ${subject}`);
      await identities.insert({ issuer, subject, userId: user.id, createdAt });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    refuse(`there is already a user for the subject ${subject}`);
  }
  return user;
}

function refuse(detail: string): never {
  throw new SluiceError('invalid_request', { detail });
}
