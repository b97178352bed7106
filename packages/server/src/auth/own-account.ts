// In: what signed-in users do with their own account. Out: the account, and where it is signed in.
// Never: another user's session; nor a password changed by someone who does not know it.
import { type OpenSessionList, type PasswordChange, SluiceError } from '@sluice/shared';
import type { AuthContext } from './auth-context.ts';
import type { Principal } from './principal.ts';
import { type Caller, tryPassword } from './try-password.ts';

export interface OwnAccount {
  rename(principal: Principal, name: string | null): Promise<void>;
  /**
   * Ends all other sessions; tokens for apps go on.
   * @throws {SluiceError} `invalid_request` naming the field; `rate_limited` after too many wrong ones
   */
  changePassword(
    principal: Principal,
    change: PasswordChange,
    caller: Pick<Caller, 'address'>,
  ): Promise<void>;
  /** The newest first. */
  listSessions(principal: Principal): Promise<OpenSessionList>;
  /** @throws {SluiceError} `not_found` */
  endSession(principal: Principal, id: string): Promise<void>;
  /** The one that asks included. */
  endSessions(principal: Principal): Promise<void>;
}

export function createOwnAccount(context: AuthContext): OwnAccount {
  const { database, clock, forget, audit } = context;
  return {
    async rename({ userId }, name) {
      await database.users.update(userId, { name });
      forget();
    },
    changePassword: (principal, change, caller) => changePassword(context, principal, { change, caller }),
    async listSessions({ userId, sessionId }) {
      const sessions = await database.sessions.listOpen(userId, clock());
      return {
        sessions: sessions.map(({ id, createdAt, lastUsedAt, userAgent }) => ({
          id,
          createdAt: new Date(createdAt).toISOString(),
          lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
          userAgent,
          current: id === sessionId,
        })),
      };
    },
    async endSession({ userId }, id) {
      const ended = await database.sessions.endOf(userId, { at: clock(), only: id });
      if (ended === 0) throw new SluiceError('not_found', { detail: 'there is no such session' });
      forget();
      audit.note('session.ended', { target: id });
    },
    async endSessions({ userId }) {
      await database.sessions.endOf(userId, { at: clock() });
      forget();
      audit.note('session.ended', { target: 'all' });
    },
  };
}

/** Wrong passwords count as they do at sign-in: a session that was stolen is no way to guess the password. */
async function changePassword(
  context: AuthContext,
  { userId, email, sessionId }: Principal,
  { change, caller }: { change: PasswordChange; caller: Pick<Caller, 'address'> },
): Promise<void> {
  const { database, passwords, clock, forget, audit } = context;
  const user = await database.users.find(userId);
  const isRight = await tryPassword(context, { email, address: caller.address }, () =>
    passwords.verify(change.currentPassword, user?.passwordHash),
  );
  if (!isRight || user === undefined) {
    audit.note('password.refused', { target: userId });
    refuse();
  }
  const passwordHash = await passwords.hash(change.newPassword);
  const isChanged = await database.transaction(async ({ users, sessions }) => {
    if (!(await users.hold(user))) return false;
    await users.update(userId, { passwordHash });
    await sessions.endOf(userId, { at: clock(), except: sessionId });
    return true;
  });
  if (!isChanged) refuse();
  forget();
  audit.note('password.changed', { target: userId });
}

/** Not one of the 401s: they would say that the session is over. */
function refuse(): never {
  throw new SluiceError('invalid_request', { detail: 'currentPassword: is not right' });
}
