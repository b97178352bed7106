import { expect, it, onTestFinished } from 'vitest';
import { periodAt } from '../admission/period-at.ts';
import { createLogger } from '../observability/logger.ts';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeRun, makeUser } from '../storage/rows.fixture.ts';
import { endOrphans } from './end-orphans.ts';

const rooms = { sharedLog: null, priceOf: () => null, logger: createLogger('silent') };

it('ends the runs of a server that crashed, although one of them cannot be', async () => {
  const database = await openDatabase({ dataDir: await makeDataDir() });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const user = makeUser();
  await database.users.insert(user);
  const runs = Array.from({ length: 3 }, () => makeRun(user.id));
  for (const run of runs) await database.runs.insert(run);
  const broken = runs[1];
  const read = (id: string) =>
    id === broken?.id ? Promise.reject(new SyntaxError('not JSON')) : database.checkpoints.read(id);
  const checkpoints = { ...database.checkpoints, read };
  await endOrphans({ ...rooms, database: { ...database, checkpoints } });
  const states = await Promise.all(runs.map(({ id }) => database.runs.find(id, user.id)));
  expect(states.map((run) => run?.result?.reason)).toEqual(['interrupted', undefined, 'interrupted']);
});

it('releases what they held of limits, and counts what they had used', async () => {
  const database = await openDatabase({ dataDir: await makeDataDir() });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const user = makeUser();
  await database.users.insert(user);
  const run = makeRun(user.id, { held: { tokens: 4000, microUsd: 0 } });
  const { start, end } = periodAt('day', run.createdAt);
  const key = { kind: 'user', id: user.id, period: 'day', start } as const;
  await database.runs.insert(run);
  await database.checkpoints.insert([{ runId: run.id, seq: 1, text: 'x'.repeat(40), reasoning: '' }]);
  await database.budgets.makeCounter({ ...key, end });
  expect(await database.budgets.readCounters([key])).toMatchObject([{ requests: 1, heldTokens: 4000 }]);
  for (let start = 0; start < 2; start += 1) await endOrphans({ ...rooms, database });
  const [counter] = await database.budgets.readCounters([key]);
  expect(counter).toMatchObject({ requests: 1, heldTokens: 0, tokens: run.estimatedInputTokens + 10 });
});
