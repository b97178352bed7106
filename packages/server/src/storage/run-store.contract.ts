import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { isUniqueViolation } from './is-unique-violation.ts';
import { makeOutcome, makeRun, makeUser, someTime } from './rows.fixture.ts';
import type { UsageQuery } from './usage-store.ts';

const DAY_MS = 86_400_000;

/** Runs, their checkpoints and sums over them. @param open gives an empty database; the caller closes it */
export function describeRunStore(name: string, open: () => Promise<Database>): void {
  describe(`stores of runs over ${name}`, () => {
    let database: Database;
    let userId: string;
    beforeAll(async () => {
      database = await open();
      userId = await insertUser();
    });

    async function insertUser() {
      const user = makeUser();
      await database.users.insert(user);
      return user.id;
    }

    it('ends a run once: the second end changes nothing', async () => {
      const run = makeRun(userId);
      await database.runs.insert(run);
      expect((await database.runs.find(run.id, userId))?.result).toBeNull();
      const outcome = makeOutcome();
      expect(await database.runs.end(run.id, outcome)).toEqual({ counted: null });
      const second = makeOutcome({ reason: 'interrupted', errorCode: 'interrupted', usage: null });
      expect(await database.runs.end(run.id, second)).toBeUndefined();
      expect(await database.runs.find(run.id, userId)).toMatchObject({
        result: { reason: 'complete', usage: outcome.usage, cost: outcome.cost },
        attempts: 1,
        timing: { firstTokenMs: 1, totalMs: 2 },
      });
      expect(await database.runs.end('none', outcome)).toBeUndefined();
    });

    it('lets one of many ends at once be the one that counts', async () => {
      const run = makeRun(userId);
      await database.runs.insert(run);
      const ends = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          database.transaction(async ({ runs }) => runs.end(run.id, makeOutcome({ totalMs: index }))),
        ),
      );
      expect(ends.filter(Boolean)).toHaveLength(1);
      const stored = await database.runs.find(run.id, userId);
      expect(stored?.timing.totalMs).toBe(ends.findIndex(Boolean));
    });

    it('gives a key to one of fifty runs at once, and to each user their own', async () => {
      const idempotency = { key: randomUUID(), fingerprint: 'f' };
      const runs = Array.from({ length: 50 }, () => makeRun(userId, { idempotency }));
      const claims = await Promise.allSettled(
        runs.map((run) => database.transaction((stores) => stores.runs.insert(run))),
      );
      const refused = claims.filter((claim) => claim.status === 'rejected');
      expect(refused).toHaveLength(49);
      expect(refused.every(({ reason }) => isUniqueViolation(reason))).toBe(true);
      const winner = runs[claims.findIndex(({ status }) => status === 'fulfilled')];
      expect(await database.runs.findByKey(userId, idempotency.key)).toMatchObject({ id: winner?.id });
      const other = makeRun(await insertUser(), { idempotency });
      await database.runs.insert(other);
      expect(await database.runs.findByKey(other.userId, idempotency.key)).toMatchObject({ id: other.id });
    });

    it('frees a key that has grown old, and keeps its run', async () => {
      const key = randomUUID();
      const run = makeRun(userId, { idempotency: { key, fingerprint: 'f' } });
      await database.runs.insert(run);
      await database.runs.freeKey({ userId, key, before: someTime });
      expect(await database.runs.findByKey(userId, key)).toMatchObject({ id: run.id, fingerprint: 'f' });
      await database.runs.freeKey({ userId, key, before: someTime + 1 });
      expect(await database.runs.findByKey(userId, key)).toBeUndefined();
      expect(await database.runs.find(run.id, userId)).toMatchObject({ id: run.id, fingerprint: null });
    });

    it("finds the newest run of an app's chat, for each user their own", async () => {
      const chatId = 'c/1 x';
      const [first, last] = [1, 2].map((minute) => makeRun(userId, { chatId, createdAt: someTime + minute }));
      const others = [makeRun(await insertUser(), { chatId, createdAt: someTime + 3 }), makeRun(userId)];
      for (const run of [last!, first!, ...others]) await database.runs.insert(run);
      expect(await database.runs.findNewestInChat(userId, chatId)).toMatchObject({ id: last?.id, chatId });
      await database.runs.end(last!.id, makeOutcome());
      expect(await database.runs.findNewestInChat(userId, chatId)).toMatchObject({ id: last?.id });
      expect(await database.runs.findNewestInChat(userId, 'c/1')).toBeUndefined();
    });

    it('shows a run to its user alone, and lists those that nobody has ended', async () => {
      const [running, ended] = [makeRun(userId), makeRun(userId)];
      for (const run of [running, ended]) await database.runs.insert(run);
      await database.runs.end(ended.id, makeOutcome());
      const ids = (await database.runs.listRunning(userId)).map(({ id }) => id);
      expect(ids).toContain(running.id);
      expect(ids).not.toContain(ended.id);
      expect(await database.runs.find(running.id, await insertUser())).toBeUndefined();
      const many = await database.runs.findMany([running.id, ended.id, 'none']);
      expect([...many.keys()].toSorted()).toEqual([running.id, ended.id].toSorted());
    });

    it('reads checkpoints as one text, in order; one that is written again is replaced', async () => {
      const { checkpoints } = database;
      const run = makeRun(userId);
      await database.runs.insert(run);
      const pieces = Array.from({ length: 12 }, (_, index) => ({
        runId: run.id,
        seq: index + 1,
        text: `${index},`,
        reasoning: 'r',
      }));
      await checkpoints.insert(pieces.toReversed());
      await checkpoints.insert([{ runId: run.id, seq: 12, text: 'last', reasoning: '\0' }]);
      const text = '0,1,2,3,4,5,6,7,8,9,10,last';
      expect(await checkpoints.read(run.id)).toEqual({ text, reasoning: `${'r'.repeat(11)}\0` });
      await checkpoints.delete(run.id);
      expect(await checkpoints.read(run.id)).toEqual({ text: '', reasoning: '' });
    });

    describe('usage', () => {
      let spender: string;
      const token = randomUUID();
      const sums = {
        errors: 0,
        cacheReadTokens: 3,
        cacheWriteTokens: 4,
        reasoningTokens: 5,
        inputTokens: 10,
        outputTokens: 20,
        costMicroUsd: 7,
        unpricedRuns: 0,
        unmeasuredRuns: 0,
        runs: 1,
        model: null,
      };
      const midnight = Math.floor(someTime / DAY_MS) * DAY_MS;
      const query = (groupBy: UsageQuery['groupBy'], span = {}) => ({
        from: 0,
        to: midnight + 10 * DAY_MS,
        groupBy,
        userId: spender,
        ...span,
      });
      const sum = (groupBy: UsageQuery['groupBy'], span = {}) => database.usage.sum(query(groupBy, span));
      beforeAll(async () => {
        const user = makeUser();
        spender = user.id;
        await database.users.insert(user);
        const times = { createdAt: 1, expiresAt: 2 };
        await database.apiTokens.insert({ id: token, userId: spender, name: 'cli', scopes: [], ...times });
        const runs = [
          [makeRun(spender, { createdAt: midnight }), makeOutcome()],
          [makeRun(spender, { createdAt: midnight + DAY_MS - 1, tokenId: token }), makeOutcome()],
          [
            makeRun(spender, { createdAt: midnight + DAY_MS }),
            makeOutcome({ model: 'a/b', cost: null, errorCode: 'upstream_error', reason: 'error' }),
          ],
          [makeRun(spender, { createdAt: midnight + DAY_MS }), makeOutcome({ usage: null, cost: null })],
        ] as const;
        for (const [run, outcome] of runs) {
          await database.runs.insert(run);
          await database.runs.end(run.id, outcome);
        }
        await database.runs.insert(makeRun(spender));
      });

      it('is summed by day, as numbers, without what still goes on', async () => {
        const day = midnight / DAY_MS;
        expect(await sum('day')).toEqual([
          {
            ...sums,
            key: day,
            label: null,
            runs: 2,
            inputTokens: 20,
            outputTokens: 40,
            cacheReadTokens: 6,
            cacheWriteTokens: 8,
            reasoningTokens: 10,
            costMicroUsd: 14,
          },
          {
            ...sums,
            key: day + 1,
            label: null,
            runs: 2,
            errors: 1,
            costMicroUsd: 0,
            unpricedRuns: 1,
            unmeasuredRuns: 1,
          },
        ]);
        expect(await sum('day', { from: midnight + 1, to: midnight + DAY_MS })).toEqual([
          { ...sums, key: day, label: null },
        ]);
      });

      it('is summed by model, token and user, with names for people', async () => {
        const labels = async (groupBy: 'model' | 'token' | 'user') =>
          (await sum(groupBy)).map(({ key, label, runs }) => [key, label, runs]);
        expect(await labels('model')).toEqual([
          ['a/b', null, 1],
          ['demo/sluice', null, 3],
        ]);
        expect(await labels('token')).toEqual(
          expect.arrayContaining([
            [token, 'cli', 1],
            [null, null, 3],
          ]),
        );
        expect(await labels('user')).toEqual([[spender, expect.stringContaining('@'), 4]]);
      });

      it('is summed by day and model, in that order', async () => {
        const day = midnight / DAY_MS;
        const rows = await sum('day,model');
        expect(rows.map(({ key, model, runs }) => [key, model, runs])).toEqual([
          [day, 'demo/sluice', 2],
          [day + 1, 'a/b', 1],
          [day + 1, 'demo/sluice', 1],
        ]);
      });

      it('tells how long first tokens took, of each group and of all, of those that came to one', async () => {
        const hasty = await insertUser();
        const end = async (createdAt: number, model: string, firstTokenMs: number | null) => {
          const run = makeRun(hasty, { createdAt });
          await database.runs.insert(run);
          await database.runs.end(run.id, makeOutcome({ model, firstTokenMs }));
        };
        // In an order that is not theirs.
        for (let index = 0; index < 100; index += 1) await end(midnight, 'a/b', ((index * 37) % 100) + 1);
        for (const ms of [400, null, 300]) await end(midnight + DAY_MS, 'c/d', ms);
        await end(midnight + DAY_MS, 'e/f', null);
        const times = await database.usage.readFirstTokens(query('day,model', { userId: hasty }));
        expect(times.groups.toSorted((one, other) => one.p50 - other.p50)).toEqual([
          { key: midnight / DAY_MS, model: 'a/b', p50: 50, p95: 95 },
          { key: midnight / DAY_MS + 1, model: 'c/d', p50: 300, p95: 400 },
        ]);
        expect(times.all).toEqual({ p50: 51, p95: 97 });
        const byToken = await database.usage.readFirstTokens(query('token', { userId: hasty }));
        expect(byToken).toEqual({ groups: [{ key: null, model: null, p50: 51, p95: 97 }], all: times.all });
        const none = await database.usage.readFirstTokens(query('day', { userId: hasty, to: 1 }));
        expect(none).toEqual({ groups: [], all: null });
      });

      it('stays exact beyond what 32 bits hold', async () => {
        const huge = await insertUser();
        const usage = { ...makeOutcome().usage!, inputTokens: 2 ** 40 };
        for (let index = 0; index < 2; index += 1) {
          const run = makeRun(huge);
          await database.runs.insert(run);
          await database.runs.end(run.id, makeOutcome({ usage }));
        }
        const [row] = await sum('model', { userId: huge });
        expect(row?.inputTokens).toBe(2 ** 41);
      });
    });
  });
}
