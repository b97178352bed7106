import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../observability/logger.ts';
import { heedStops } from './heed-stops.ts';
import { Run } from './run.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const createRun = (id: string) =>
  new Run({
    id,
    owner: { userId: 'u' },
    requestId: 'q',
    model: 'm',
    provider: 'p',
    graceMs: 0,
    conversationId: null,
    dropped: [],
  });

function heed(listRequested: () => Promise<readonly string[]>, running: Run[] = [createRun('one')]) {
  const asked = vi.fn(listRequested);
  const logger = createLogger('silent');
  const stops = heedStops({ running: () => running, listRequested: asked, logger });
  onTestFinished(() => stops[Symbol.dispose]());
  return { stops, asked };
}

it('aborts the run whose end was asked for, as stopped, and no other', async () => {
  const [one, two] = [createRun('one'), createRun('two')];
  heed(async () => ['two', 'of another process'], [one, two]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(one.signal.aborted).toBe(false);
  expect(two.signal.reason).toMatchObject({ endReason: 'stopped' });
});

it('asks nothing while nothing runs', async () => {
  const { stops, asked } = heed(async () => [], []);
  await stops.look();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).not.toHaveBeenCalled();
});

it('survives a database that fails', async () => {
  const run = createRun('one');
  let isAway = true;
  heed(async () => (isAway ? Promise.reject(new Error('away')) : ['one']), [run]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(run.signal.aborted).toBe(false);
  isAway = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(run.signal.aborted).toBe(true);
});

it('asks a database that hangs once, however long it takes and whoever tells it to look', async () => {
  const { stops, asked } = heed(() => new Promise(() => {}));
  for (let told = 0; told < 5; told += 1) void stops.look();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toHaveBeenCalledTimes(1);
});

it('looks once more for what it was told of during a look', async () => {
  const run = createRun('one');
  const first = Promise.withResolvers<readonly string[]>();
  const answers = [first.promise, Promise.resolve(['one'])];
  const { stops, asked } = heed(() => answers.shift() ?? Promise.resolve([]), [run]);
  const looking = stops.look();
  for (let told = 0; told < 3; told += 1) void stops.look();
  first.resolve([]);
  await looking;
  expect(run.signal.aborted).toBe(true);
  expect(asked).toHaveBeenCalledTimes(2);
});

it('does not look again for the second that has passed during a look', async () => {
  const first = Promise.withResolvers<readonly string[]>();
  const { stops, asked } = heed(() => first.promise);
  const looking = stops.look();
  await vi.advanceTimersByTimeAsync(3500);
  first.resolve([]);
  await looking;
  expect(asked).toHaveBeenCalledTimes(1);
});
