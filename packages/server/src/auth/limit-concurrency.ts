import { SluiceError } from '@sluice/shared';

/**
 * Lets `max` pieces of work run at a time; the rest wait in order.
 * @throws {SluiceError} `unavailable`, at once, when `maxWaiting` wait already
 */
export function limitConcurrency({ max, maxWaiting }: { max: number; maxWaiting: number }) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async function run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running < max) running += 1;
    else if (waiting.length >= maxWaiting) throw new SluiceError('unavailable', { retryAfterMs: 1000 });
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes straight to who waited longest, so that nobody slips in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
