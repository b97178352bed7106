import { describe, expect, it } from 'vitest';
import { takeYieldingTurn, withRoom } from './yielding-turns.ts';

describe('turns that yield', () => {
  it('are left to what is urgent, and not taken again before that is over', async () => {
    const first = await takeYieldingTurn(undefined);
    const wanted = first.begin();
    const { promise: answer, resolve } = Promise.withResolvers<string>();
    const stopping = withRoom(() => answer);
    expect(wanted.aborted).toBe(true);
    first.end();
    let isThere = false;
    const again = takeYieldingTurn(undefined).then((turn) => {
      isThere = true;
      return turn;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isThere).toBe(false);
    resolve('stopped');
    expect(await stopping).toBe('stopped');
    const second = await again;
    expect(second.begin().aborted).toBe(false);
    second.end();
  });

  it('wait for all that is urgent, also where one of it fails', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<string>();
    const failing = withRoom(async () => {
      throw new Error('lost');
    });
    const lasting = withRoom(() => answer);
    await expect(failing).rejects.toThrow('lost');
    let isThere = false;
    const again = takeYieldingTurn(undefined).then((turn) => {
      isThere = true;
      turn.end();
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isThere).toBe(false);
    resolve('stopped');
    await lasting;
    await again;
  });
});
