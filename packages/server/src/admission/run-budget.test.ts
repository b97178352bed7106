import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../storage/database.ts';
import { describeDatabases } from '../storage/databases.fixture.ts';
import { makeOutcome, makeRun, makeUser, someTime } from '../storage/rows.fixture.ts';
import { Limits } from './limits.ts';
import { periodAt } from './period-at.ts';
import { type Estimate, RunBudget } from './run-budget.ts';
import { settleRun } from './settle-run.ts';

const at = { createdAt: someTime };
const estimate = { input: 10, output: 20, price: null };

describeDatabases((name, open) => {
  describe(`what a run holds of its limits over ${name}`, () => {
    let database: Database;
    let userId: string;
    /** Two with limits of their own. */
    let models: [string, string];
    beforeAll(async () => {
      database = await open();
    });
    beforeEach(async () => {
      const user = makeUser();
      userId = user.id;
      await database.users.insert(user);
      models = [`demo/${randomUUID()}`, `demo/${randomUUID()}`];
      const limit = { period: 'day', unit: 'tokens', amount: 1000 } as const;
      for (const id of models) await database.budgets.putLimit({ ...limit, subject: 'model', id });
    });

    async function begin(
      meanwhile: () => Promise<unknown> = async () => undefined,
      asked: Estimate = estimate,
    ) {
      const row = makeRun(userId, { ...at, model: models[0] });
      const subjects = { id: row.id, userId, tokenId: null, model: row.model, ...at };
      const budget = await RunBudget.of({ database, limits: new Limits(database) }, subjects, []);
      if (budget === null) throw new Error('no limit applies');
      await budget.transaction(async (stores) => {
        const held = await budget.reserve(stores, asked);
        await stores.runs.insert({ ...row, held });
        await meanwhile();
      });
      return { row, budget };
    }

    const keyOf = (model: string, period: 'day' | 'month' = 'day') =>
      ({ kind: 'model', id: model, period, ...periodAt(period, someTime) }) as const;
    const read = async (...keys: ReturnType<typeof keyOf>[]) => {
      const counters = await database.budgets.readCounters(keys);
      return keys.map(({ id }) => {
        const { requests, tokens, heldTokens } = counters.find((counter) => counter.id === id) ?? {};
        return { requests, tokens, heldTokens };
      });
    };

    it('is in a counter that is made as the run begins', async () => {
      const month = keyOf(models[0], 'month');
      let making: Promise<void> | undefined;
      await begin(async () => {
        making = database.transaction(({ budgets }) => budgets.makeCounter(month));
        // It has the time to be made without the run.
        await setTimeout(200);
      });
      await making;
      expect(await read(month)).toEqual([{ requests: 1, tokens: 0, heldTokens: 30 }]);
    });

    it('is released by the model that holds it, when another one answered', async () => {
      const { row, budget } = await begin();
      const [first, second] = models;
      await budget.moveTo({ id: second, provider: 'demo' }, estimate);
      expect(await read(keyOf(first), keyOf(second))).toEqual([
        { requests: 0, tokens: 0, heldTokens: 0 },
        { requests: 1, tokens: 0, heldTokens: 30 },
      ]);
      const outcome = makeOutcome({ model: first });
      await database.transaction(async (stores) => {
        const ended = await stores.runs.end(row.id, outcome);
        if (ended?.counted) await settleRun(stores, ended.counted, outcome);
      });
      expect(await read(keyOf(first), keyOf(second))).toEqual([
        { requests: 1, tokens: 30, heldTokens: 0 },
        { requests: 0, tokens: 0, heldTokens: 0 },
      ]);
    });

    it('stays with a run that has ended when another model is to answer', async () => {
      const { row, budget } = await begin();
      const [first, second] = models;
      const outcome = makeOutcome({ model: first, usage: null });
      await database.transaction(async (stores) => {
        const ended = await stores.runs.end(row.id, outcome);
        if (ended?.counted) await settleRun(stores, ended.counted, outcome);
      });
      await budget.moveTo({ id: second, provider: 'demo' }, estimate);
      expect(await read(keyOf(first))).toEqual([{ requests: 1, tokens: 0, heldTokens: 0 }]);
      expect(await database.budgets.readCounters([keyOf(second)])).toEqual([]);
    });

    it('is money where a limit of money applies, and no answer goes beyond what it buys', async () => {
      const price = { inputPerMTok: 2, outputPerMTok: 8 };
      const asked = { input: 10, output: 20, price };
      const setMoney = (amount: number | null) =>
        database.budgets.putLimit({
          subject: 'model',
          id: models[0],
          period: 'day',
          unit: 'microUsd',
          amount,
        });
      await database.budgets.putLimit({
        subject: 'model',
        id: models[0],
        period: 'day',
        unit: 'tokens',
        amount: null,
      });
      await setMoney(200);
      const { row, budget } = await begin(undefined, asked);
      expect(budget.held).toEqual({ tokens: 0, microUsd: 180 });
      expect(budget.outputTokens).toBe(20);
      await budget.holdMore(4096);
      expect(budget.held.microUsd).toBe(200);
      expect(budget.outputTokens).toBe(22);
      await expect(budget.holdMore(1)).rejects.toMatchObject({
        details: { detail: expect.stringContaining('limit of $0.0002 a day is used up') },
      });
      await expect(begin(undefined, asked)).rejects.toMatchObject({
        code: 'budget_exceeded',
        details: {
          detail: expect.stringMatching(
            /has \$0.0002 left, and \$0.0002 of it is held for answers that .*: wait for one to end, or limit the answer to fewer tokens;/,
          ),
        },
      });
      const outcome = makeOutcome({ model: models[0], cost: { microUsd: 150, source: 'catalog' } });
      await database.transaction(async (stores) => {
        const ended = await stores.runs.end(row.id, outcome);
        if (ended?.counted) await settleRun(stores, ended.counted, outcome);
      });
      expect(await database.budgets.readCounters([keyOf(models[0])])).toMatchObject([
        { requests: 1, microUsd: 150, heldMicroUsd: 0 },
      ]);
    });

    it('is refused of a model whose price nobody knows, and no matter for one that is free', async () => {
      await database.budgets.putLimit({
        subject: 'model',
        id: models[0],
        period: 'day',
        unit: 'microUsd',
        amount: 0,
      });
      await expect(begin()).rejects.toMatchObject({
        details: { detail: expect.stringContaining('is not known here') },
      });
      const free = { inputPerMTok: 0, outputPerMTok: 0 };
      const { budget } = await begin(undefined, { ...estimate, price: free });
      expect(budget.held).toEqual({ tokens: 30, microUsd: 0 });
    });
  });
});
