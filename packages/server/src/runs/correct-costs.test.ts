import { SluiceError } from '@sluice/shared';
import { expect, it, onTestFinished } from 'vitest';
import { periodAt } from '../admission/period-at.ts';
import { createLogger } from '../observability/logger.ts';
import type { CallRecord, Provider } from '../providers/provider.ts';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeOutcome, makeRun, makeUser } from '../storage/rows.fixture.ts';
import { correctCosts } from './correct-costs.ts';

const usage = {
  inputTokens: 100,
  outputTokens: 50,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: 'provider' as const,
};

async function openWithUser() {
  const database = await openDatabase({ dataDir: await makeDataDir() });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const user = makeUser();
  await database.users.insert(user);
  return { database, user };
}

/** A run that ended with an estimate of 30 tokens and 7 µ$, counted for its user. */
async function leaveRun(
  outcome: Parameters<typeof makeOutcome>[0] = { cost: { microUsd: 7, source: 'estimated' } },
  held: { tokens: number; microUsd: number } | null = { tokens: 0, microUsd: 0 },
) {
  const { database, user } = await openWithUser();
  const run = makeRun(user.id, { held });
  const { start, end } = periodAt('day', run.createdAt);
  const key = { kind: 'user', id: user.id, period: 'day', start } as const;
  await database.runs.insert(run);
  await database.runs.end(run.id, makeOutcome(outcome));
  await database.budgets.makeCounter({ ...key, end });
  return {
    database,
    run,
    find: async () => (await database.runs.find(run.id, user.id))?.result,
    readCounter: async () => (await database.budgets.readCounters([key]))[0],
  };
}

/** @param answers of its looks, one after the other; the last one stays */
function createProvider(...answers: (CallRecord | undefined | Error)[]) {
  const state = { looks: 0 };
  const provider: Provider = {
    id: 'p',
    generate: () => {
      throw new Error('not called');
    },
    async findCall() {
      const answer = answers[Math.min(state.looks, answers.length - 1)];
      state.looks += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { state, provider };
}

function correctOf(database: Awaited<ReturnType<typeof leaveRun>>['database']) {
  const corrector = correctCosts({ database, logger: createLogger('silent'), delaysMs: [1, 1, 1] });
  onTestFinished(() => corrector[Symbol.dispose]());
  return corrector;
}

it('writes down what the provider says later, in the ledger and for the limits', async () => {
  const { database, run, find, readCounter } = await leaveRun();
  expect(await readCounter()).toMatchObject({ tokens: 30, microUsd: 7 });
  const { provider } = createProvider(undefined, new SluiceError('upstream_error'), { usage, microUsd: 40 });
  correctOf(database).note({ runId: run.id, provider, providerRequestId: 'gen-1' });
  await expect.poll(find).toMatchObject({ usage, cost: { microUsd: 40, source: 'provider' } });
  expect(await readCounter()).toMatchObject({ tokens: 150, microUsd: 40 });
});

it('lets the estimate stand where the provider does not say', async () => {
  const { database, run, find } = await leaveRun();
  const { provider, state } = createProvider(undefined);
  correctOf(database).note({ runId: run.id, provider, providerRequestId: 'gen-1' });
  await expect.poll(() => state.looks).toBe(3);
  expect(await find()).toMatchObject({ cost: { microUsd: 7, source: 'estimated' } });
});

it('changes nothing of what the provider has said before', async () => {
  const { database, run, find, readCounter } = await leaveRun({ cost: { microUsd: 7, source: 'provider' } });
  const { provider, state } = createProvider({ usage, microUsd: 40 });
  correctOf(database).note({ runId: run.id, provider, providerRequestId: 'gen-1' });
  await expect.poll(() => state.looks).toBe(1);
  await database.runs.find(run.id, '');
  expect(await find()).toMatchObject({ cost: { microUsd: 7, source: 'provider' } });
  expect(await readCounter()).toMatchObject({ microUsd: 7 });
});

it('looks no more once it is closed', async () => {
  const { database, run } = await leaveRun();
  const { provider, state } = createProvider(undefined);
  const corrector = correctOf(database);
  corrector.note({ runId: run.id, provider, providerRequestId: 'gen-1' });
  corrector[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(state.looks).toBe(0);
});

it('counts for a limit that was set after the run had ended', async () => {
  const { database, run, readCounter } = await leaveRun(undefined, null);
  const { provider } = createProvider({ usage, microUsd: 40 });
  correctOf(database).note({ runId: run.id, provider, providerRequestId: 'gen-1' });
  await expect.poll(readCounter).toMatchObject({ tokens: 150, microUsd: 40 });
});

it('looks again for a run whose end is not written yet', async () => {
  const { database, user } = await openWithUser();
  const run = makeRun(user.id);
  await database.runs.insert(run);
  const { provider, state } = createProvider({ usage, microUsd: 40 });
  const corrector = correctCosts({ database, logger: createLogger('silent'), delaysMs: [1, 200] });
  onTestFinished(() => corrector[Symbol.dispose]());
  corrector.note({ runId: run.id, provider, providerRequestId: 'gen-1' });
  await expect.poll(() => state.looks).toBe(1);
  await database.runs.end(run.id, makeOutcome({ cost: { microUsd: 7, source: 'estimated' } }));
  await expect
    .poll(async () => (await database.runs.find(run.id, user.id))?.result?.cost)
    .toEqual({ microUsd: 40, source: 'provider' });
});
