import { createHmac } from 'node:crypto';
import { SluiceError } from '@sluice/shared';
import { toEmailKey } from '../storage/user-store.ts';
import { groupAddress } from './address-group.ts';
import type { AuthContext } from './auth-context.ts';

/** Where a request comes from. */
export interface Caller {
  /** Unless given, all callers count as one. */
  address?: string | undefined;
  /** As the browser calls itself. */
  userAgent?: string | undefined;
}

const FREE_ATTEMPTS = 5;
const FIRST_DELAY_MS = 30_000;
const MAX_DELAY_MS = 15 * 60_000;

/**
 * Counts an attempt at an account's password before it is looked at, so that many at once count as well. From the fifth on, each makes
 * the account refuse the next for twice as long, up to a quarter of an hour: but only for whoever shares the address. The owner, who
 * is elsewhere, is not kept out, and an account that does not exist refuses in the same way.
 * @param verify whether the password is right; an attempt that it could not look at does not count
 * @returns what `verify` says
 * @throws {SluiceError} `rate_limited`; and what `verify` throws
 */
export async function tryPassword(
  context: AuthContext,
  { email, address }: { email: string } & Pick<Caller, 'address'>,
  verify: () => Promise<boolean>,
): Promise<boolean> {
  const { loginFailures } = context.database;
  const key = `${accountPrefix(context, email)}${digest(context, groupAddress(address ?? ''))}`;
  await count(context, key);
  try {
    const isRight = await verify();
    if (isRight) await loginFailures.clear(key);
    return isRight;
  } catch (error) {
    await loginFailures.takeBack(key);
    throw error;
  }
}

async function count({ database, clock, audit }: AuthContext, key: string): Promise<void> {
  const now = clock();
  const blockedUntil = await database.transaction(async ({ loginFailures }) => {
    const attempts = await loginFailures.count(key, now);
    if (attempts === undefined) return loginFailures.blockedUntil(key);
    if (attempts >= FREE_ATTEMPTS) await loginFailures.block(key, now + delayAfter(attempts));
    return undefined;
  });
  if (blockedUntil === undefined) return;
  audit.note('session.locked');
  throw new SluiceError('rate_limited', {
    detail: 'Too many attempts with a wrong password. Wait a little.',
    retryAfterMs: Math.max(1, blockedUntil - now),
  });
}

/** Lets everyone try again at once whose attempts at the account were wrong: its password is another now. */
export async function forgiveAttempts(context: AuthContext, email: string): Promise<void> {
  await context.database.loginFailures.clearAll(accountPrefix(context, email));
}

function delayAfter(attempts: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - FREE_ATTEMPTS));
}

const accountPrefix = (context: AuthContext, email: string) => `${digest(context, toEmailKey(email))}.`;

/** Hexadecimal, 128 bits: a copy of the database does not tell who tried what, or from where. */
function digest({ keys }: AuthContext, text: string): string {
  return createHmac('sha256', keys.attempt).update(text).digest('hex').slice(0, 32);
}
