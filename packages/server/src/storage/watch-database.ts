import type { Logger } from '../observability/logger.ts';
import type { Database } from './database.ts';

const INTERVAL_MS = 5000;

export interface DatabaseWatch extends Disposable {
  /** As it was last asked. */
  readonly isAnswering: boolean;
}

/** Looks every few seconds whether the database answers, and tells the log when it no longer does and when it does again. */
export function watchDatabase(database: Pick<Database, 'ping'>, logger: Logger): DatabaseWatch {
  let isAway = false;
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      await database.ping();
      if (isAway) logger.info('the database answers again');
      isAway = false;
    } catch (error) {
      if (!isAway) logger.error({ err: error }, 'the database does not answer');
      isAway = true;
    }
    isLooking = false;
  };
  const timer = setInterval(() => void look(), INTERVAL_MS);
  timer.unref();
  return {
    get isAnswering() {
      return !isAway;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
