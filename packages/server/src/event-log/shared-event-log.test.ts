import { type RunEvent, SluiceError } from '@sluice/shared';
import { describe, expect, it, vi } from 'vitest';
import { createLogger } from '../observability/logger.ts';
import { describeEventLog, runEnd } from './event-log.contract.ts';
import { FaultyLogStore } from './log-store.fixture.ts';
import { SharedEventLog } from './shared-event-log.ts';

const logger = createLogger('silent');
const openLog = (store: FaultyLogStore) =>
  new SharedEventLog({ store, logger, isSurelyAlive: () => true, maxBytes: 64 * 1024 * 1024 });
const text = (value: string): RunEvent => ({ type: 'text-delta', text: value });

describeEventLog('SharedEventLog', () => openLog(new FaultyLogStore()));

/** Two processes on one store. */
function twoLogs() {
  const store = new FaultyLogStore();
  return { store, own: openLog(store), other: openLog(store) };
}

/** Reads in the background. */
function follow(log: SharedEventLog, { after = 0, signal = new AbortController().signal } = {}) {
  const seen: string[] = [];
  const ended = (async () => {
    for await (const batch of log.read('r', { after, signal })) {
      for (const { json } of batch) {
        const event = JSON.parse(json) as RunEvent;
        seen.push(event.type === 'text-delta' ? event.text : event.type);
      }
    }
  })();
  return { seen, ended };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('the log that processes share', () => {
  it('shows nobody an event that the store has not', async () => {
    const { store, own, other } = twoLogs();
    const gate = Promise.withResolvers<void>();
    const run = own.open('r');
    run.append([text('a')]);
    await soon();
    store.beforeAnswer = () => gate.promise;
    const [here, there] = [follow(own), follow(other)];
    run.append([text('b')]);
    await soon();
    expect(here.seen).toEqual(['a']);
    expect(await own.position('r')).toEqual({ lastSeq: 1, hasEnded: false });
    gate.resolve();
    await soon();
    expect([here.seen, there.seen]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('sends together what comes while something is under way', async () => {
    const { store, own } = twoLogs();
    const append = vi.spyOn(store, 'append');
    const run = own.open('r');
    for (const value of ['a', 'b', 'c', 'd']) run.append([text(value)]);
    await own.settled();
    expect(append.mock.calls.map(([, , { jsons }]) => jsons.length)).toEqual([1, 3]);
  });

  it('gives an up-to-date follower elsewhere what it is told of, without reading it', async () => {
    const { store, own, other } = twoLogs();
    const run = own.open('r');
    run.append([text('a')]);
    await own.settled();
    const there = follow(other);
    await soon();
    const read = vi.spyOn(store, 'read');
    for (const value of ['b', 'c', 'd']) {
      run.append([text(value)]);
      await own.settled();
      await soon();
    }
    run.append([runEnd]);
    await there.ended;
    expect(there.seen).toEqual(['a', 'b', 'c', 'd', 'run-end']);
    expect(read).not.toHaveBeenCalled();
  });

  it('finds what it was not told of', async () => {
    const { store, own, other } = twoLogs();
    store.tells = false;
    const run = own.open('r');
    const there = follow(other);
    await soon();
    run.append([text('a'), runEnd]);
    await there.ended;
    expect(there.seen).toEqual(['a', 'run-end']);
  });

  it('goes on for followers here while the store is lost, and sends it all once it is back', async () => {
    const { store, own, other } = twoLogs();
    const run = own.open('r');
    run.append([text('a')]);
    await own.settled();
    const here = follow(own);
    store.isAvailable = false;
    run.append([text('b')]);
    await soon();
    expect(here.seen).toEqual(['a', 'b']);
    expect(() => own.open('new')).toThrow(expect.objectContaining({ code: 'unavailable' }));
    await expect(other.position('r')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(follow(other).ended).rejects.toMatchObject({ code: 'unavailable' });
    run.append([text('c'), runEnd]);
    await here.ended;
    store.forgetAll();
    store.isAvailable = true;
    await soon();
    const there = follow(other);
    await there.ended;
    expect(there.seen).toEqual(['a', 'b', 'c', 'run-end']);
    expect(there.seen).toEqual(here.seen);
  });

  it('holds back what a store that is there refuses, and sends it again soon', async () => {
    const { store, own, other } = twoLogs();
    const append = vi.spyOn(store, 'append');
    const position = vi.spyOn(store, 'position');
    const failed = () => Promise.reject(new Error('the script failed'));
    append.mockImplementationOnce(failed);
    const run = own.open('r');
    const [here, there] = [follow(own), follow(other)];
    run.append([text('a')]);
    await soon();
    run.append([text('b'), runEnd]);
    await soon();
    expect(here.seen).toEqual([]);
    // Not one attempt for each event.
    expect(append).toHaveBeenCalledOnce();
    position.mockImplementationOnce(failed);
    await Promise.all([here.ended, there.ended]);
    expect(here.seen).toEqual(['a', 'b', 'run-end']);
    expect(there.seen).toEqual(here.seen);
  });

  it('shows what a store refused once that store is lost too', async () => {
    const { store, own } = twoLogs();
    vi.spyOn(store, 'append').mockRejectedValueOnce(new Error('the script failed'));
    const run = own.open('r');
    const here = follow(own);
    run.append([text('a'), runEnd]);
    await soon();
    store.isAvailable = false;
    await here.ended;
    expect(here.seen).toEqual(['a', 'run-end']);
  });

  it('cuts those who follow a run here once another process has its log', async () => {
    const { own, other } = twoLogs();
    const lost = vi.fn((runId: string) => own.abandon(runId, new SluiceError('interrupted')));
    own.onLost(lost);
    const run = own.open('r');
    run.append([text('a')]);
    await own.settled();
    const here = follow(own);
    await soon();
    expect(await other.takeOver('r')).toEqual([text('a')]);
    run.append([text('b')]);
    await expect(here.ended).rejects.toMatchObject({ code: 'interrupted' });
    expect(lost).toHaveBeenCalledExactlyOnceWith('r');
    run.append([text('c'), runEnd]);
    await other.finish('r', [runEnd]);
    const there = follow(own);
    await there.ended;
    expect([here.seen, there.seen]).toEqual([['a'], ['a', 'run-end']]);
  });

  it('ends a log once, whoever finishes it', async () => {
    const { own, other } = twoLogs();
    own.open('r').append([text('a')]);
    await own.settled();
    await Promise.all([own, other, own, other].map((log) => log.finish('r', [runEnd])));
    await own.finish('r', [runEnd]);
    const there = follow(other);
    await there.ended;
    expect(there.seen).toEqual(['a', 'run-end']);
  });

  it('counts the processes in which others follow', async () => {
    const { own, other } = twoLogs();
    own.open('r').append([text('a')]);
    await own.settled();
    expect(await own.countFollowersElsewhere('r')).toBe(0);
    const leaving = new AbortController();
    const there = follow(other, { signal: leaving.signal });
    await soon();
    expect(await own.countFollowersElsewhere('r')).toBe(1);
    leaving.abort();
    await there.ended;
    expect(await own.countFollowersElsewhere('r')).toBe(0);
  });
});
