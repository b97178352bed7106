// In: credentials, codes and tokens as requests and commands bring them. Out: principals and sessions, or a SluiceError of the 401s.
// Never: cookies, headers or addresses, which are http's; nor a password, a code or a refresh token in the database.
import { type LoginRequest, type SetupRequest, SluiceError } from '@sluice/shared';
import { type Audit, noAudit } from '../observability/audit.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import type { AuthContext } from './auth-context.ts';
import { createAuthenticator } from './authenticator.ts';
import { changeUser } from './change-user.ts';
import { startCleanUp } from './clean-up.ts';
import type { Caller } from './try-password.ts';
import { type NewAppToken, createAppToken } from './create-app-token.ts';
import { type NewExternalUser, createExternalUser } from './create-external-user.ts';
import { createSetupCode } from './create-setup-code.ts';
import { type NewUser, checkPassword, createUser } from './create-user.ts';
import { deriveKeys } from './derive-keys.ts';
import { endSession } from './end-session.ts';
import { createExternalTokens } from './external/external-tokens.ts';
import type { IdentityProvider } from './external/identity-provider.ts';
import { type TokenOwner, findRevoked } from './find-revoked.ts';
import { logIn } from './log-in.ts';
import { type ManagedUsers, createManagedUsers } from './managed-users.ts';
import { type OwnAccount, createOwnAccount } from './own-account.ts';
import { type OwnTokens, createOwnTokens } from './own-tokens.ts';
import { type Passwords, argon2Passwords } from './password.ts';
import type { Principal } from './principal.ts';
import { checkProbeToken } from './probe-token.ts';
import { refreshSession } from './refresh-session.ts';
import { refuseWeakSecret } from './refuse-weak-secret.ts';
import { setUp } from './set-up.ts';
import type { SignedIn } from './signed-in.ts';

export type { SignedIn };

export interface Auth extends AsyncDisposable {
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
  setup(request: SetupRequest, caller?: Caller): Promise<SignedIn>;
  /** @throws {SluiceError} `token_invalid`; `rate_limited` after too many wrong passwords; `unavailable` when too many sign in at once */
  login(request: LoginRequest, caller?: Caller): Promise<SignedIn>;
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
   * Whether a probe comes from who has this server's secret.
   * @throws {SluiceError} `token_missing`, `token_invalid`, `token_expired`
   */
  checkProbe(token: string | undefined): void;
  /**
   * @returns the code of a new setup link, valid for 24 h
   * @throws {Error} when there is an administrator
   */
  createSetupCode(): Promise<string>;
  /** @throws {SluiceError} `invalid_request` */
  createUser(user: NewUser): Promise<{ id: string }>;
  /**
   * Makes the user who stands for a subject of an identity provider.
   * @throws {SluiceError} `invalid_request`
   */
  createExternalUser(user: NewExternalUser): Promise<{ id: string }>;
  /**
   * Sets a password that was forgotten; ends the user's sessions.
   * @throws {SluiceError} `not_found`, `invalid_request`
   */
  resetPassword(login: LoginRequest): Promise<void>;
  /**
   * Makes the user too, if there is none with that email.
   * @throws {SluiceError} `invalid_request`
   */
  createAppToken(token: NewAppToken): ReturnType<typeof createAppToken>;
  /** @throws {SluiceError} `not_found`; revoking twice is no error */
  revokeAppToken(id: string): Promise<void>;
  /** For signed-in users. */
  readonly account: OwnAccount;
  readonly tokens: OwnTokens;
  /** For administrators. */
  readonly users: ManagedUsers;
}

export interface AuthOptions {
  database: Database;
  /** The configured JWT_SECRET, or the one kept in DATA_DIR: see `loadJwtSecret`. */
  secret: string;
  /** Epoch ms; the system's unless given. */
  clock?: () => number;
  /** argon2id unless given. */
  passwords?: Passwords;
  /** Unless given, our own tokens alone are taken. */
  identityProvider?: IdentityProvider | undefined;
  logger?: Logger;
  audit?: Audit;
}

/** @throws {Error} in words for the terminal, when the secret is weak */
export function createAuth(options: AuthOptions): Auth {
  const { database, secret, identityProvider, logger } = options;
  const { clock = Date.now, passwords = argon2Passwords, audit = noAudit } = options;
  refuseWeakSecret(secret);
  const keys = deriveKeys(secret);
  const external =
    identityProvider &&
    createExternalTokens({ database, clock, audit }, { provider: identityProvider, logger });
  const authenticator = createAuthenticator({ database, keys, clock, external, audit });
  const forget = () => authenticator.forget();
  const context: AuthContext = { database, keys, passwords, clock, forget, audit };
  const cleaning = startCleanUp({ database, clock, logger });
  return {
    authenticate: (token) => authenticator.authenticate(token),
    setup: (request, caller = {}) => setUp(context, request, caller),
    login: (request, caller = {}) => logIn(context, request, caller),
    refresh: (refreshToken) => refreshSession(context, refreshToken),
    async logout(refreshToken) {
      await endSession(context, refreshToken);
      forget();
    },
    findRevoked: (owners) => findRevoked(context, owners),
    hasAdmin: () => database.users.hasAdmin(),
    checkProbe: (token) => checkProbe(context, token),
    createSetupCode: () => createSetupCode(context),
    createUser: (user) => createUser(context, user),
    createExternalUser: (user) => createExternalUser(context, user),
    async resetPassword({ email, password }) {
      checkPassword(password);
      const user = await database.users.findByEmail(email);
      if (user === undefined) throw new SluiceError('not_found');
      await changeUser(context, { id: user.id, changes: { password } });
    },
    createAppToken: (token) => createAppToken(context, token),
    async revokeAppToken(id) {
      if (!(await database.apiTokens.revoke(id, clock()))) throw new SluiceError('not_found');
      forget();
    },
    account: createOwnAccount(context),
    tokens: createOwnTokens(context),
    users: createManagedUsers(context),
    async [Symbol.asyncDispose]() {
      external?.[Symbol.dispose]();
      await cleaning[Symbol.asyncDispose]();
    },
  };
}

function checkProbe({ keys, clock, audit }: AuthContext, token: string | undefined): void {
  try {
    checkProbeToken(keys, token, clock());
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'token_invalid') {
      audit.note('token.refused', { code: error.code });
    }
    throw error;
  }
}
