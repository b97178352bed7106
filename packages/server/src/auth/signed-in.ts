import type { Session } from '@sluice/shared';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import { signSessionToken } from './sign-token.ts';

/** Seconds. */
const ACCESS_TOKEN_LIFETIME = 600;

/** The outcome of setup, login and refresh. */
export interface SignedIn {
  /** The answer's body. */
  session: Session;
  /** For the cookie alone. */
  refreshToken: string;
  /** Epoch ms. */
  refreshExpiresAt: number;
}

/** A refresh token that has just been issued, and whose it is. */
export interface Issued extends Omit<SignedIn, 'session'> {
  sessionId: string;
  user: StoredUser;
}

/** Adds an access token of ten minutes to a refresh token. */
export function toSignedIn({ keys, clock }: AuthContext, { user, sessionId, ...refresh }: Issued): SignedIn {
  const issuedAt = clock();
  const accessToken = signSessionToken(keys, {
    userId: user.id,
    sessionId,
    issuedAt,
    expiresAt: issuedAt + ACCESS_TOKEN_LIFETIME * 1000,
  });
  const { id, email, name, role } = user;
  return {
    session: { accessToken, expiresIn: ACCESS_TOKEN_LIFETIME, user: { id, email, name, role } },
    ...refresh,
  };
}
