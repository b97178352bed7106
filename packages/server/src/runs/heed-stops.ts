import type { Logger } from '../observability/logger.ts';
import { type Run, RunAbort } from './run.ts';

/** Disposing ends the looking. */
export interface StopHeeder extends Disposable {
  /** At once, or once more after the look that goes on, for it was told that there is something to see. */
  look(): Promise<void>;
}

const INTERVAL_MS = 1000;

/** Looks once a second, and when told to, whether a running answer's end was asked for in another process; and ends it. */
export function heedStops(options: {
  running: () => readonly Run[];
  listRequested: () => Promise<readonly string[]>;
  logger: Logger;
}): StopHeeder {
  const { running, listRequested, logger } = options;
  let isLooking = false;
  let isTold = false;
  const lookOnce = async () => {
    if (running().length === 0) return;
    try {
      const requested = new Set(await listRequested());
      for (const run of running()) if (requested.has(run.id)) run.abort(new RunAbort('stopped'));
    } catch (error) {
      logger.warn({ err: error }, 'could not look for answers that are to be stopped');
    }
  };
  const look = async () => {
    // A database that hangs is not asked more and more.
    if (isLooking) return;
    isLooking = true;
    do {
      isTold = false;
      await lookOnce();
    } while (isTold);
    isLooking = false;
  };
  const timer = setInterval(() => void look(), INTERVAL_MS);
  timer.unref();
  return {
    look() {
      isTold = true;
      return look();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
