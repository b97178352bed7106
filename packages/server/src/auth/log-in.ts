import { type LoginRequest, SluiceError } from '@sluice/shared';
import type { AuthContext } from './auth-context.ts';
import { type SignedIn, toSignedIn } from './signed-in.ts';
import { startSession } from './start-session.ts';
import { type Caller, tryPassword } from './try-password.ts';

/**
 * @throws {SluiceError} `token_invalid`: the same answer, after the same work, for an unknown email, a wrong password and a disabled
 *   user; `rate_limited` after too many of them
 */
export async function logIn(
  context: AuthContext,
  { email, password }: LoginRequest,
  { address, userAgent }: Caller,
): Promise<SignedIn> {
  const { database, passwords, clock, audit } = context;
  const user = await database.users.findByEmail(email);
  const isRight = await tryPassword(context, { email, address }, async () => {
    const isPassword = await passwords.verify(password, user?.passwordHash);
    return isPassword && user?.isDisabled === false;
  });
  if (!isRight || user === undefined) {
    // Not the email: what is typed there may be a password.
    audit.note('session.login_refused', { target: user?.id });
    refuse();
  }
  const issued = await database.transaction(async (stores) => {
    // The password may have been changed, and the sessions ended, while it was verified: then this one would outlive them.
    if (!(await stores.users.hold(user))) return null;
    return startSession(stores, { user, now: clock(), userAgent });
  });
  if (issued === null) refuse();
  audit.note('session.login', { actor: user.id, target: issued.sessionId });
  return toSignedIn(context, issued);
}

function refuse(): never {
  throw new SluiceError('token_invalid', { detail: 'The email or the password is not right.' });
}
