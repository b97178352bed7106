import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Follower } from './follower.ts';
import { Run, RunAbort } from './run.ts';

const owner = { userId: 'u' };
/** What it takes to ask whether somebody follows elsewhere. */
const ROUND_TRIP_MS = 2;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function createRun(graceMs: number, isFollowedElsewhere?: () => Promise<boolean>) {
  const run = new Run({
    id: 'r',
    owner,
    requestId: 'q',
    model: 'm',
    provider: 'p',
    graceMs,
    conversationId: null,
    dropped: [],
    isFollowedElsewhere,
  });
  run.open(null);
  const join = () => {
    const follower = new AbortController();
    run.addFollower(new Follower(owner, follower.signal));
    return follower;
  };
  return { run, join };
}

const answering = (isFollowed: () => boolean) => () =>
  new Promise<boolean>((resolve) => setTimeout(() => resolve(isFollowed()), ROUND_TRIP_MS));

describe('a run that nobody follows', () => {
  it('is aborted at once where there is no other process and no grace', () => {
    const { run, join } = createRun(0);
    join().abort();
    expect(run.signal.reason).toMatchObject({ endReason: 'disconnected' });
  });

  it('has its whole grace, although two at once have told that a follower left', async () => {
    const { run, join } = createRun(
      10_000,
      answering(() => false),
    );
    const first = join();
    first.abort();
    run.recheckFollowers();
    await vi.advanceTimersByTimeAsync(5000);
    const back = join();
    await vi.advanceTimersByTimeAsync(4000);
    back.abort();
    await vi.advanceTimersByTimeAsync(9999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(10);
    expect(run.signal.aborted).toBe(true);
  });

  it('is not aborted by what was asked before a follower came and left', async () => {
    const { run, join } = createRun(
      10_000,
      answering(() => false),
    );
    const first = join();
    first.abort();
    await vi.advanceTimersByTimeAsync(10_000 + ROUND_TRIP_MS);
    // The grace is over, and whether anybody follows elsewhere is being asked.
    join().abort();
    await vi.advanceTimersByTimeAsync(9000);
    expect(run.signal.aborted).toBe(false);
  });

  it('goes on while it is followed elsewhere', async () => {
    let isFollowed = true;
    const { run, join } = createRun(
      0,
      answering(() => isFollowed),
    );
    join().abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(run.signal.aborted).toBe(false);
    isFollowed = false;
    await vi.advanceTimersByTimeAsync(1100);
    expect(run.signal.aborted).toBe(true);
  });

  it('is looked after no longer once it is aborted', async () => {
    const { run, join } = createRun(
      10_000,
      answering(() => true),
    );
    join().abort();
    await vi.advanceTimersByTimeAsync(5000);
    run.abort(new RunAbort('stopped'));
    run.recheckFollowers();
    await vi.advanceTimersByTimeAsync(2 * ROUND_TRIP_MS);
    expect(vi.getTimerCount()).toBe(0);
  });
});
