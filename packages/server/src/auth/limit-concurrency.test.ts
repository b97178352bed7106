import { describe, expect, it } from 'vitest';
import { limitConcurrency } from './limit-concurrency.ts';

describe('limitConcurrency', () => {
  it('never runs more at a time, keeps the order, and goes on after a failure', async () => {
    const run = limitConcurrency({ max: 2, maxWaiting: 10 });
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const work = (index: number) =>
      run(async () => {
        order.push(index);
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        if (index === 1) throw new Error('failed');
      });
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(work));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('refuses at once what would wait behind too many', async () => {
    const run = limitConcurrency({ max: 1, maxWaiting: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const accepted = [run(() => promise), run(() => promise)];
    await expect(run(() => promise)).rejects.toMatchObject({ code: 'unavailable' });
    resolve();
    await Promise.all(accepted);
    await run(async () => {});
  });
});
