import { type LoginRequest, SluiceError } from '@sluice/shared';
import type { AuthContext } from './auth-context.ts';
import { verifyPassword } from './password.ts';
import { type SignedIn, toSignedIn } from './signed-in.ts';
import { startSession } from './start-session.ts';

/** @throws {SluiceError} `token_invalid`: the same answer, after the same time, for an unknown email, a wrong password and a disabled user */
export async function logIn(context: AuthContext, { email, password }: LoginRequest): Promise<SignedIn> {
  const { database, clock } = context;
  const user = await database.users.findByEmail(email);
  const isRight = await verifyPassword(password, user?.passwordHash);
  if (!isRight || user === undefined || user.isDisabled) {
    throw new SluiceError('token_invalid', { detail: 'The email or the password is not right.' });
  }
  const issued = await database.transaction((stores) => startSession(stores, { user, now: clock() }));
  return toSignedIn(context, issued);
}
