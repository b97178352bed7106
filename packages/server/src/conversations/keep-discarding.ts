import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import { repeatHourly } from '../storage/repeat-hourly.ts';
import { discardHidden } from './discard-conversation.ts';

/** More than any import or deletion takes. */
const MAX_HIDDEN_MS = 3_600_000;

/**
 * Discards what other servers' work, or this one's, has left hidden: now, and then once an hour. Disposing waits for what is under
 * way.
 * @throws what the database fails with, now; afterwards that is logged
 */
export async function keepDiscarding(ports: {
  database: Database;
  logger: Logger;
}): Promise<AsyncDisposable> {
  const { database, logger } = ports;
  const discard = () => discardHidden(database, Date.now() - MAX_HIDDEN_MS);
  await discard();
  return repeatHourly(discard, (error) =>
    logger.warn({ err: error }, 'could not discard hidden conversations'),
  );
}
