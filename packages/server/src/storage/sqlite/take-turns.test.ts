import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { takeTurns } from './take-turns.ts';

describe('takeTurns', () => {
  it('lets some through at once, and the rest in later turns, all in order', async () => {
    const inTurn = takeTurns();
    const seen: number[] = [];
    for (let index = 0; index < 20; index += 1) inTurn(() => seen.push(index));
    const counts = [seen.length];
    for (let turn = 0; turn < 6; turn += 1) {
      await nextTurn();
      counts.push(seen.length);
    }
    expect(counts[0]).toBe(4);
    expect(counts[1]).toBeLessThanOrEqual(8);
    expect(counts.at(-1)).toBe(20);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('lets others have their turn though each answer brings the next at once', async () => {
    const inTurn = takeTurns();
    let answers = 0;
    let others = 0;
    const count = () => {
      others += 1;
      if (answers < 100) setImmediate(count);
    };
    setImmediate(count);
    await new Promise<void>((resolve) => {
      const ask = () => {
        answers += 1;
        if (answers === 100) resolve();
        else inTurn(ask);
      };
      inTurn(ask);
    });
    expect(others).toBeGreaterThan(5);
  });
});
