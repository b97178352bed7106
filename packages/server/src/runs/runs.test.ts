import { type ChatRequest, type RunEvent, SluiceError } from '@sluice/shared';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { limitRuns } from '../admission/limit-runs.ts';
import { Limits } from '../admission/limits.ts';
import { Catalog } from '../catalog/catalog.ts';
import { MemoryEventLog } from '../event-log/memory-event-log.ts';
import { createLogger } from '../observability/logger.ts';
import type { Provider, ProviderEvent } from '../providers/provider.ts';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import type { Database } from '../storage/database.ts';
import { openDatabase } from '../storage/open-database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import { Follower } from './follower.ts';
import { Run } from './run.ts';
import { Runs } from './runs.ts';

const owner = { userId: 'u' };
const user: StoredUser = {
  id: owner.userId,
  email: 'u@example.com',
  name: null,
  role: 'user',
  passwordHash: null,
  isDisabled: false,
  createdAt: 0,
};
const text = (value: string): ProviderEvent => ({ type: 'text-delta', text: value });
const finish: ProviderEvent = { type: 'finish', reason: 'complete' };

function requireRun(run: unknown): Run {
  if (run instanceof Run) return run;
  throw new Error('a run of another process');
}

/**
 * Rooms around a provider that does what the test says.
 * @param change what is to be otherwise of the database
 */
async function createRuns(
  generate: Provider['generate'],
  change: (database: Database) => Partial<Database> = () => ({}),
) {
  const eventLog = new MemoryEventLog({ maxBytes: 1_000_000 });
  const database = await openDatabase({ dataDir: await makeDataDir() });
  await database.users.insert(user);
  const runs = new Runs({
    eventLog,
    shared: null,
    processId: () => 'p',
    providers: new Map([['demo', { id: 'demo', generate }]]),
    catalog: new Catalog({ providers: [], aliases: {}, models: {}, fallbacks: [] }),
    limiter: limitRuns(0),
    limits: new Limits(database),
    timeouts: { firstTokenMs: 1000, idleMs: 500, runMs: 5000 },
    grace: { defaultMs: 1000, maxMs: 2000 },
    database: { ...database, ...change(database) },
    findRevoked: async () => [],
    logger: createLogger('silent'),
  });
  const caller = new AbortController();
  onTestFinished(async () => {
    runs[Symbol.dispose]();
    await database[Symbol.asyncDispose]();
  });
  const start = async (body: Partial<ChatRequest> = {}, key?: string) => {
    const follower = new Follower(owner, caller.signal);
    return requireRun((await runs.start({ message: 'Hi', ...body }, { id: 'q', follower, key })).run);
  };
  const eventsOf = async (run: Run): Promise<RunEvent[]> => {
    const follower = new Follower(owner, new AbortController().signal);
    const batches = await Array.fromAsync((await runs.follow(run, { after: 0, follower })) ?? []);
    return batches.flat().map(({ json }) => JSON.parse(json) as RunEvent);
  };
  return { runs, caller, start, eventsOf };
}

/** Settles when the signal aborts, with its reason. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('Runs', () => {
  beforeEach(() => {
    // What the database needs of the clock goes on.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says that it is still stopping when the upstream connection does not close in two seconds', async () => {
    const { runs, start } = await createRuns(async function* () {
      yield [text('a')];
      await new Promise(() => undefined);
    });
    const run = await start();
    const stopping = runs.stop(run);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await stopping).toEqual({ runId: run.id, state: 'stopping', upstreamClosedMs: null });
  });

  it('says that it has stopped once the upstream connection is closed, although the database hangs', async () => {
    const { runs, start } = await createRuns(
      async function* (_request, signal) {
        yield [text('a')];
        await untilAborted(signal);
      },
      ({ runs: store }) => ({ runs: { ...store, endUncounted: () => new Promise(() => undefined) } }),
    );
    const run = await start();
    const stopping = runs.stop(run);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await stopping).toMatchObject({ state: 'stopped', upstreamClosedMs: expect.any(Number) });
  });

  it('shuts down without waiting for a run that was refused meanwhile, and takes none that comes then', async () => {
    const opening = Promise.withResolvers<void>();
    const { promise: refused, reject } = Promise.withResolvers<never>();
    const transaction = () => {
      opening.resolve();
      return refused;
    };
    const { runs, start } = await createRuns(
      async function* () {
        yield [finish];
      },
      () => ({ transaction }),
    );
    const starting = expect(start({}, 'key')).rejects.toMatchObject({ code: 'not_found' });
    const again = expect(start({}, 'key')).rejects.toMatchObject({ code: 'draining' });
    await opening.promise;
    expect(runs.running).toEqual([]);
    const drained = runs.drain(60_000);
    reject(new SluiceError('not_found'));
    await Promise.all([starting, again, drained]);
  });

  it('shuts down although an upstream does not let go', async () => {
    const { runs, start } = await createRuns(async function* () {
      yield [text('a')];
      await new Promise(() => undefined);
    });
    await start();
    const drained = runs.drain(1000);
    await vi.advanceTimersByTimeAsync(3000);
    await drained;
    await expect(start()).rejects.toMatchObject({ code: 'draining' });
  });

  it('ends once whatever races: stop, disconnect and timeouts at the same moment', async () => {
    const { runs, caller, start, eventsOf } = await createRuns(async function* (_request, signal) {
      yield [text('a')];
      await untilAborted(signal);
    });
    const run = await start();
    await vi.advanceTimersByTimeAsync(499);
    const stopped = runs.stop(run);
    caller.abort();
    expect((await stopped).state).toBe('stopped');
    await vi.advanceTimersByTimeAsync(10_000);
    const events = await eventsOf(run);
    expect(events.map(({ type }) => type)).toEqual(['run-start', 'text-delta', 'run-end']);
    expect(events.at(-1)).toMatchObject({ reason: 'stopped' });
  });

  it('makes no call for a caller that has gone', async () => {
    const generate = vi.fn<Provider['generate']>();
    const { caller, start, eventsOf } = await createRuns(generate);
    caller.abort();
    const events = await eventsOf(await start());
    expect(generate).not.toHaveBeenCalled();
    expect(events.at(-1)).toMatchObject({ type: 'run-end', reason: 'disconnected', usage: null });
  });

  it('hides the cause of a failure of its own behind a code', async () => {
    const { start, eventsOf } = await createRuns(async function* () {
      yield [text('a')];
      throw new Error('secret detail');
    });
    const events = await eventsOf(await start());
    expect(events.at(-2)).toMatchObject({ type: 'error', code: 'internal' });
    expect(JSON.stringify(events)).not.toContain('secret detail');
  });

  it('tells that the answer is whole when its connection lingers, and times it no more', async () => {
    const { start, eventsOf } = await createRuns(async function* () {
      yield [text('a'), finish];
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });
    const run = await start();
    await vi.advanceTimersByTimeAsync(60_000);
    const events = await eventsOf(run);
    expect(events.slice(2)).toEqual([
      { type: 'finish', reason: 'complete' },
      expect.objectContaining({ type: 'run-end', reason: 'complete' }),
    ]);
  });

  it('does not time out a whole answer whose usage comes late', async () => {
    const { start, eventsOf } = await createRuns(async function* () {
      yield [text('a'), finish];
      await new Promise((resolve) => setTimeout(resolve, 100));
      yield [];
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });
    const run = await start();
    await vi.advanceTimersByTimeAsync(60_100);
    expect(run.signal.aborted).toBe(false);
    expect((await eventsOf(run)).at(-1)).toMatchObject({ reason: 'complete' });
  });

  it('says nothing of the finish when the end follows at once', async () => {
    const { start, eventsOf } = await createRuns(async function* () {
      yield [text('a'), finish];
    });
    expect((await eventsOf(await start())).map(({ type }) => type)).toEqual([
      'run-start',
      'text-delta',
      'run-end',
    ]);
  });

  it('takes an end without a terminal for a cut', async () => {
    const { start, eventsOf } = await createRuns(async function* () {
      yield [text('a')];
    });
    expect((await eventsOf(await start())).at(-2)).toMatchObject({ code: 'upstream_truncated' });
  });

  it('opens and ends a run in one statement each while no limit applies', async () => {
    const transaction = () => Promise.reject(new Error('a transaction'));
    const { start, eventsOf } = await createRuns(
      async function* () {
        yield [text('a'), finish];
      },
      () => ({ transaction }),
    );
    expect((await eventsOf(await start())).at(-1)).toMatchObject({ reason: 'complete', saved: true });
  });

  it('hides the runs of others', async () => {
    const { runs, start } = await createRuns(async function* () {
      yield [finish];
    });
    const { id } = await start();
    expect((await runs.find(id, owner)).id).toBe(id);
    await expect(runs.find(id, { userId: 'other' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
