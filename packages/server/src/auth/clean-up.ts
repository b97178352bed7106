import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import { repeatHourly } from '../storage/repeat-hourly.ts';

const DAY_MS = 86_400_000;

/**
 * Forgets what counts no more: refresh tokens that have expired, their sessions, sessions that ended a day ago, setup codes a week
 * after they were used or expired, attempts to sign in of which the last is a day old.
 */
export async function cleanUp(database: Database, now: number): Promise<void> {
  const { refreshTokens, sessions, setupCodes, loginFailures } = database;
  await sessions.deleteOver({ endedBefore: now - DAY_MS, expiredBefore: now });
  await refreshTokens.deleteExpired(now);
  await setupCodes.deleteOld(now - 7 * DAY_MS);
  await loginFailures.deleteOld(now - DAY_MS);
}

/** Cleans up once an hour. Disposing waits for what is under way. */
export function startCleanUp(options: {
  database: Database;
  clock: () => number;
  logger?: Logger | undefined;
}): AsyncDisposable {
  const { database, clock, logger } = options;
  return repeatHourly(
    () => cleanUp(database, clock()),
    (error) => logger?.warn({ err: error }, 'could not forget old sessions and attempts'),
  );
}
