import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CounterKey } from './budget-store.ts';
import type { Database } from './database.ts';
import { makeOutcome, makeRun, makeUser, someTime } from './rows.fixture.ts';

const DAY_MS = 86_400_000;
const start = Math.floor(someTime / DAY_MS) * DAY_MS;
const end = start + DAY_MS;
const none = { requests: 0, tokens: 0, microUsd: 0, heldTokens: 0, heldMicroUsd: 0 };

/** @param open gives an empty database; the caller closes it */
export function describeBudgetStore(name: string, open: () => Promise<Database>): void {
  describe(`limits and counters over ${name}`, () => {
    let database: Database;
    let userId: string;
    let ofUser: CounterKey;
    beforeAll(async () => {
      database = await open();
    });
    beforeEach(async () => {
      const user = makeUser();
      userId = user.id;
      await database.users.insert(user);
      ofUser = { kind: 'user', id: userId, period: 'day', start };
    });

    const make = (key: CounterKey) =>
      database.transaction(({ budgets }) => budgets.makeCounter({ ...key, end }));
    const read = (...keys: CounterKey[]) => database.transaction(({ budgets }) => budgets.lockCounters(keys));
    const insertRun = async (changes: Parameters<typeof makeRun>[1] = {}) => {
      const run = makeRun(userId, changes);
      await database.runs.insert(run);
      return run;
    };

    it('keeps one amount of each limit, names its subject, and takes it away', async () => {
      const { budgets } = database;
      const mine = async () => (await budgets.listLimits()).filter(({ id }) => id === userId || id === null);
      const limit = { subject: 'user', id: userId, period: 'day', unit: 'tokens' } as const;
      const all = { subject: 'default', id: null, period: 'month', unit: 'requests' } as const;
      await budgets.putLimit({ ...limit, amount: 5 });
      await budgets.putLimit({ ...limit, amount: 2 ** 40 });
      await budgets.putLimit({ ...all, amount: 0 });
      expect(await mine()).toEqual([
        { ...all, label: null, amount: 0 },
        { ...limit, label: expect.stringContaining('@'), amount: 2 ** 40 },
      ]);
      await budgets.putLimit({ ...limit, amount: null });
      await budgets.putLimit({ ...all, amount: null });
      await budgets.putLimit({ ...all, amount: null });
      expect(await mine()).toEqual([]);
    });

    it('makes a counter from the runs that began in its period: used by those that ended, held by those that go on', async () => {
      const tokenId = randomUUID();
      const times = { createdAt: 1, expiresAt: 2 };
      await database.apiTokens.insert({ id: tokenId, userId, name: 'app', scopes: [], ...times });
      const model = `demo/${randomUUID()}`;
      for (const createdAt of [start - 1, start, end - 1, end]) {
        const run = await insertRun({ createdAt, tokenId, model });
        await database.runs.end(run.id, makeOutcome({ model }));
      }
      const failed = await insertRun({ model });
      await database.runs.end(failed.id, makeOutcome({ model, usage: null, cost: null }));
      await insertRun({ held: { tokens: 7, microUsd: 8 }, tokenId });
      const uncounted = await insertRun();
      const keys = [
        ofUser,
        { ...ofUser, kind: 'token', id: tokenId },
        { ...ofUser, kind: 'model', id: model },
      ] as const;
      for (const key of keys) await make(key);
      const counters = await read(...keys);
      const byKind = Object.fromEntries(counters.map((counter) => [counter.kind, counter]));
      expect(byKind).toEqual({
        user: { ...keys[0], requests: 5, tokens: 60, microUsd: 14, heldTokens: 7, heldMicroUsd: 8 },
        token: { ...keys[1], requests: 3, tokens: 60, microUsd: 14, heldTokens: 7, heldMicroUsd: 8 },
        model: { ...keys[2], ...none, requests: 3, tokens: 60, microUsd: 14 },
      });
      expect(await database.runs.endUncounted(uncounted.id, makeOutcome())).toBe(false);
    });

    it('leaves a counter that is there as it is', async () => {
      const some = { requests: 1, tokens: 2, microUsd: 3, heldTokens: 4, heldMicroUsd: 5 };
      await make(ofUser);
      await database.budgets.addToCounters([ofUser], some);
      await make(ofUser);
      expect(await read(ofUser)).toEqual([{ ...ofUser, ...some }]);
    });

    it('adds to the counters that there are, exactly, and never holds less than nothing', async () => {
      const missing = { ...ofUser, period: 'month' } as const;
      const other = { ...ofUser, id: randomUUID() };
      for (const key of [ofUser, other]) await make(key);
      await database.budgets.addToCounters([ofUser, missing], {
        requests: 1,
        tokens: 2 ** 40,
        microUsd: 2 ** 41,
        heldTokens: 9,
        heldMicroUsd: 9,
      });
      const less = { ...none, tokens: -1, microUsd: -1, heldTokens: -10, heldMicroUsd: -8 };
      await database.budgets.addToCounters([ofUser], less);
      expect(await read(ofUser, missing, other)).toEqual(
        expect.arrayContaining([
          {
            ...ofUser,
            requests: 1,
            tokens: 2 ** 40 - 1,
            microUsd: 2 ** 41 - 1,
            heldTokens: 0,
            heldMicroUsd: 1,
          },
          { ...other, ...none },
        ]),
      );
      expect(await read(missing)).toEqual([]);
    });

    it('lets one at a time decide upon counters, whatever order they are named in', async () => {
      const other = { ...ofUser, id: randomUUID() };
      for (const key of [ofUser, other]) await make(key);
      const keys = [ofUser, other];
      await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          database.transaction(async ({ budgets }) => {
            const [first] = await budgets.lockCounters(index % 2 === 0 ? keys : keys.toReversed());
            if ((first?.requests ?? 0) >= 25) return;
            await budgets.addToCounters(keys, { ...none, requests: 1 });
          }),
        ),
      );
      expect((await read(ofUser, other)).map(({ requests }) => requests)).toEqual([25, 25]);
    });

    it('counts a run once that ends while its counter is made', async () => {
      const run = await insertRun({ held: { tokens: 7, microUsd: 7 } });
      let making: Promise<void> | undefined;
      await database.transaction(async (stores) => {
        await stores.runs.end(run.id, makeOutcome());
        await stores.budgets.addToCounters([ofUser], {
          ...none,
          tokens: 30,
          microUsd: 7,
          heldTokens: -7,
          heldMicroUsd: -7,
        });
        making = make(ofUser);
        await setTimeout(100);
      });
      await making;
      expect(await read(ofUser)).toEqual([{ ...ofUser, ...none, requests: 1, tokens: 30, microUsd: 7 }]);
    });

    it('forgets the counters of whom a limit changes, and of long ago', async () => {
      const old = { ...ofUser, start: 1 };
      const other = { ...ofUser, id: randomUUID() };
      const month = { ...ofUser, period: 'month' } as const;
      const limit = { subject: 'user', id: userId, period: 'day', unit: 'tokens', amount: null } as const;
      for (const key of [ofUser, old, other, month]) await make(key);
      await database.budgets.deleteOldCounters(start);
      expect(await read(old)).toEqual([]);
      await database.budgets.putLimit(limit);
      expect(await read(ofUser, other, month)).toHaveLength(2);
      await database.budgets.putLimit({ ...limit, subject: 'default', id: null });
      expect(await read(other, month)).toHaveLength(1);
    });

    it('holds more for a run, and says what it held, until it has ended', async () => {
      const { runs } = database;
      const run = await insertRun({ held: { tokens: 5, microUsd: 5 } });
      expect(await runs.hold(run.id, { tokens: 4, microUsd: 2 })).toBe(true);
      expect(await runs.serveBy(run.id, { id: 'a/b', provider: 'a' })).toBe(true);
      expect(await runs.find(run.id, userId)).toMatchObject({ model: 'a/b', provider: 'a' });
      expect(await runs.endUncounted(run.id, makeOutcome())).toBe(false);
      const held = { tokens: 9, microUsd: 7 };
      const counted = { userId, tokenId: null, model: 'a/b', held, createdAt: run.createdAt };
      expect(await runs.end(run.id, makeOutcome({ model: 'c/d' }))).toEqual({ counted });
      expect(await runs.hold(run.id, { tokens: 1, microUsd: 0 })).toBe(false);
      expect(await runs.serveBy(run.id, { id: 'a/b', provider: 'a' })).toBe(false);
    });
  });
}
