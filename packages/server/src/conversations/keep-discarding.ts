import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import { discardHidden } from './discard-conversation.ts';

const HOUR_MS = 3_600_000;
/** More than any import or deletion takes. */
const MAX_HIDDEN_MS = HOUR_MS;

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
  let running: Promise<void> | undefined;
  const run = () => {
    // What fails now is done an hour later.
    running ??= discard()
      .catch((error: unknown) => logger.warn({ err: error }, 'could not discard hidden conversations'))
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, HOUR_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
