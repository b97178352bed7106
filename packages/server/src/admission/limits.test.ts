import type { Limit } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { Limits } from './limits.ts';

const caller = { userId: 'u', tokenId: 't', model: 'a/b' };
const limit = (changes: Partial<Limit>): Limit => ({
  subject: 'default',
  id: null,
  label: null,
  period: 'day',
  unit: 'tokens',
  amount: 1,
  ...changes,
});

/** @param rows what the database has; may be changed */
function createLimits(rows: Limit[]) {
  const state = { now: 1000, looks: 0 };
  const budgets = {
    listLimits: async () => {
      state.looks += 1;
      return [...rows];
    },
  };
  const limits = new Limits(
    { budgets } as unknown as ConstructorParameters<typeof Limits>[0],
    () => state.now,
  );
  return { state, limits };
}

describe('the limits that apply', () => {
  it("are those of the user, of the token and of the model, and nobody else's", async () => {
    const { limits } = createLimits([
      limit({ subject: 'user', id: 'u', amount: 1 }),
      limit({ subject: 'user', id: 'other', amount: 2 }),
      limit({ subject: 'token', id: 't', amount: 3 }),
      limit({ subject: 'token', id: 'other', amount: 4 }),
      limit({ subject: 'model', id: 'a/b', amount: 5 }),
      limit({ subject: 'model', id: 'a/c', amount: 6 }),
    ]);
    const amounts = async (subjects: Parameters<Limits['applyingTo']>[0]) =>
      (await limits.applyingTo(subjects)).map(({ amount }) => amount);
    expect(await amounts(caller)).toEqual([1, 3, 5]);
    expect(await amounts({ ...caller, tokenId: null })).toEqual([1, 5]);
    expect(await amounts({ userId: 'u', tokenId: null })).toEqual([1, 5, 6]);
  });

  it('are the default, but where the user has their own for that period and unit', async () => {
    const { limits } = createLimits([
      limit({ amount: 1 }),
      limit({ amount: 2, unit: 'requests' }),
      limit({ amount: 3, period: 'month' }),
      limit({ subject: 'user', id: 'u', amount: 4 }),
    ]);
    const found = await limits.applyingTo(caller);
    expect(found.map(({ kind, id, amount }) => [kind, id, amount])).toEqual([
      ['user', 'u', 2],
      ['user', 'u', 3],
      ['user', 'u', 4],
    ]);
  });

  it('are looked up once a second at most, and no request in steady traffic waits for it', async () => {
    const rows: Limit[] = [];
    const { state, limits } = createLimits(rows);
    await Promise.all(Array.from({ length: 100 }, () => limits.applyingTo(caller)));
    state.now += 500;
    await limits.applyingTo(caller);
    expect(state.looks).toBe(1);
    rows.push(limit({}));
    state.now += 1;
    expect(await limits.applyingTo(caller)).toEqual([]);
    expect(state.looks).toBe(2);
    expect(await limits.applyingTo(caller)).toHaveLength(1);
    state.now += 1001;
    rows.pop();
    expect(await limits.applyingTo(caller)).toEqual([]);
    expect(state.looks).toBe(3);
  });

  it('are looked up at once after a change here', async () => {
    const rows: Limit[] = [];
    const { limits } = createLimits(rows);
    await limits.applyingTo(caller);
    rows.push(limit({}));
    limits.forget();
    expect(await limits.applyingTo(caller)).toHaveLength(1);
  });
});
