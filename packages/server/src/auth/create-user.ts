import { randomUUID } from 'node:crypto';
import { SluiceError, setupRequestSchema } from '@sluice/shared';
import { isUniqueViolation } from '../storage/is-unique-violation.ts';
import type { AuthContext } from './auth-context.ts';
import { checkEmail } from './check-email.ts';
import { hashPassword } from './password.ts';

export interface NewUser {
  email: string;
  role: 'admin' | 'user';
  /** 12 to 256 characters. */
  password: string;
}

/** @throws {SluiceError} `invalid_request`: the email or the password is none, or there is such a user */
export async function createUser({ database, clock }: AuthContext, user: NewUser): Promise<{ id: string }> {
  const { email, role, password } = user;
  checkEmail(email);
  if (!setupRequestSchema.shape.password.safeParse(password).success) {
    throw new SluiceError('invalid_request', { detail: 'the password must have 12 to 256 characters' });
  }
  const id = randomUUID();
  const passwordHash = await hashPassword(password);
  try {
    await database.users.insert({
      id,
      email,
      name: null,
      role,
      passwordHash,
      isDisabled: false,
      createdAt: clock(),
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new SluiceError('invalid_request', { detail: `there is already a user ${email}` });
  }
  return { id };
}
