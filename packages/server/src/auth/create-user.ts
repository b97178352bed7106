import { randomUUID } from 'node:crypto';
import { SluiceError, nameSchema, passwordSchema } from '@sluice/shared';
import { isUniqueViolation } from '../storage/is-unique-violation.ts';
import type { AuthContext } from './auth-context.ts';
import { checkEmail } from './check-email.ts';

export interface NewUser {
  email: string;
  role: 'admin' | 'user';
  name?: string | undefined;
  /** 12 to 256 characters; without one the user cannot sign in. */
  password?: string | undefined;
}

/** @throws {SluiceError} `invalid_request`: the email, name or password is none, or there is such a user */
export async function createUser(
  { database, passwords, clock }: AuthContext,
  { email, role, name, password }: NewUser,
): Promise<{ id: string }> {
  checkEmail(email);
  if (name !== undefined) checkName(name);
  if (password !== undefined) checkPassword(password);
  const user = {
    id: randomUUID(),
    email,
    name: name ?? null,
    role,
    passwordHash: password === undefined ? null : await passwords.hash(password),
    isDisabled: false,
    createdAt: clock(),
  };
  try {
    await database.users.insert(user);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new SluiceError('invalid_request', { detail: `email: there is already a user ${email}` });
  }
  return { id: user.id };
}

/** @throws {SluiceError} `invalid_request` */
export function checkName(name: string): void {
  if (nameSchema.safeParse(name).success) return;
  throw new SluiceError('invalid_request', { detail: 'the name must have 1 to 100 characters, in one line' });
}

/** @throws {SluiceError} `invalid_request` */
export function checkPassword(password: string): void {
  if (passwordSchema.safeParse(password).success) return;
  throw new SluiceError('invalid_request', { detail: 'the password must have 12 to 256 characters' });
}
