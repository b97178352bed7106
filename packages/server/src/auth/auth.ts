// In: credentials, codes and tokens as requests and commands bring them. Out: principals and sessions, or a SluiceError of the 401s.
// Never: cookies, headers or addresses, which are http's; nor a password, a code or a refresh token in the database.
import { type LoginRequest, type SetupRequest, SluiceError } from '@sluice/shared';
import type { Database } from '../storage/database.ts';
import type { AuthContext } from './auth-context.ts';
import { createAuthenticator } from './authenticator.ts';
import { type NewAppToken, createAppToken } from './create-app-token.ts';
import { createSetupCode } from './create-setup-code.ts';
import { type NewUser, createUser } from './create-user.ts';
import { deriveKeys } from './derive-keys.ts';
import { endSession } from './end-session.ts';
import { type TokenOwner, findRevoked } from './find-revoked.ts';
import { logIn } from './log-in.ts';
import type { Principal } from './principal.ts';
import { refreshSession } from './refresh-session.ts';
import { refuseWeakSecret } from './refuse-weak-secret.ts';
import { setUp } from './set-up.ts';
import type { SignedIn } from './signed-in.ts';

export type { SignedIn };

export interface Auth {
  /**
   * Who makes a request. What it says of revocation, disabling and role is at most a second old.
   * @param token without `Bearer `
   * @throws {SluiceError} `token_missing`, `token_invalid`, `token_expired`, `token_revoked`
   */
  authenticate(token: string | undefined): Promise<Principal>;
  /**
   * Makes the first administrator, once.
   * @throws {SluiceError} `token_invalid` (unknown or used code, or setup is done), `token_expired` (code older than 24 h)
   */
  setup(request: SetupRequest): Promise<SignedIn>;
  /** @throws {SluiceError} `token_invalid`; `unavailable` when too many sign in at once */
  login(request: LoginRequest): Promise<SignedIn>;
  /**
   * Exchanges the cookie's refresh token for its successor and a new access token.
   * @throws {SluiceError} `token_missing`, `token_invalid`, `token_expired`, `token_revoked`
   */
  refresh(refreshToken: string | undefined): Promise<SignedIn>;
  /** Ends the session of a refresh token, its access tokens included; an unknown one is ignored. */
  logout(refreshToken: string | undefined): Promise<void>;
  /**
   * Looks at the database itself, for all of them at once.
   * @returns those whose user is disabled, whose token is revoked or whose session has ended: the objects that were given
   */
  findRevoked<Owner extends TokenOwner>(owners: readonly Owner[]): Promise<readonly Owner[]>;
  hasAdmin(): Promise<boolean>;
  /**
   * @returns the code of a new setup link, valid for 24 h
   * @throws {Error} when there is an administrator
   */
  createSetupCode(): Promise<string>;
  /** @throws {SluiceError} `invalid_request` */
  createUser(user: NewUser): Promise<{ id: string }>;
  /**
   * Makes the user too, if there is none with that email.
   * @throws {SluiceError} `invalid_request`
   */
  createAppToken(token: NewAppToken): Promise<{ id: string; token: string }>;
  /** @throws {SluiceError} `not_found`; revoking twice is no error */
  revokeAppToken(id: string): Promise<void>;
}

export interface AuthOptions {
  database: Database;
  /** The configured JWT_SECRET, or the one kept in DATA_DIR: see `loadJwtSecret`. */
  secret: string;
  /** Epoch ms; the system's unless given. */
  clock?: () => number;
}

/** @throws {Error} in words for the terminal, when the secret is weak */
export function createAuth({ database, secret, clock = Date.now }: AuthOptions): Auth {
  refuseWeakSecret(secret);
  const context: AuthContext = { database, keys: deriveKeys(secret), clock };
  const authenticator = createAuthenticator(context);
  return {
    authenticate: (token) => authenticator.authenticate(token),
    setup: (request) => setUp(context, request),
    login: (request) => logIn(context, request),
    refresh: (refreshToken) => refreshSession(context, refreshToken),
    async logout(refreshToken) {
      await endSession(context, refreshToken);
      authenticator.forget();
    },
    findRevoked: (owners) => findRevoked(context, owners),
    hasAdmin: () => database.users.hasAdmin(),
    createSetupCode: () => createSetupCode(context),
    createUser: (user) => createUser(context, user),
    createAppToken: (token) => createAppToken(context, token),
    async revokeAppToken(id) {
      if (!(await database.apiTokens.revoke(id, clock()))) throw new SluiceError('not_found');
      authenticator.forget();
    },
  };
}
