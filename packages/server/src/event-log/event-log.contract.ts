import { type RunEvent, SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import type { EventLog, LoggedEvent } from './event-log.ts';

const text = (value: string): RunEvent => ({ type: 'text-delta', text: value });

export const runEnd: RunEvent = {
  type: 'run-end',
  done: true,
  reason: 'complete',
  usage: null,
  cost: null,
  saved: false,
  timing: { firstTokenMs: null, totalMs: 0 },
};

async function readAll(log: EventLog, runId: string, after = 0): Promise<LoggedEvent[]> {
  await log.settled();
  const batches = await Array.fromAsync(log.read(runId, { after, signal: new AbortController().signal }));
  return batches.flat();
}

/** What every event log promises, whatever it keeps the events in. */
export function describeEventLog(name: string, createLog: () => EventLog): void {
  describe(`${name} as an event log`, () => {
    it('numbers events from 1 without gaps and gives them in order', async () => {
      const log = createLog();
      const run = log.open('r');
      run.append([text('a'), text('b')]);
      run.append([runEnd]);
      const events = await readAll(log, 'r');
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(events.map(({ json }) => JSON.parse(json))).toEqual([text('a'), text('b'), runEnd]);
    });

    it('gives a follower only what lies after its cursor', async () => {
      const log = createLog();
      log.open('r').append([text('a'), text('b'), runEnd]);
      expect((await readAll(log, 'r', 2)).map(({ seq }) => seq)).toEqual([3]);
      expect(await readAll(log, 'r', 3)).toEqual([]);
    });

    it('lets followers join at any time and each see everything once', async () => {
      const log = createLog();
      const run = log.open('r');
      const early = readAll(log, 'r');
      for (let i = 0; i < 50; i += 1) {
        run.append([text(String(i))]);
        if (i % 10 === 0) await new Promise(setImmediate);
      }
      const late = readAll(log, 'r', 25);
      run.append([runEnd]);
      expect((await early).map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, i) => i + 1));
      expect((await late).map(({ seq }) => seq)).toEqual(Array.from({ length: 26 }, (_, i) => i + 26));
    });

    it('ends quietly for a follower that leaves, and goes on for the others', async () => {
      const log = createLog();
      const run = log.open('r');
      const leaving = new AbortController();
      const left = Array.fromAsync(log.read('r', { after: 0, signal: leaving.signal }));
      const stayed = readAll(log, 'r');
      run.append([text('a')]);
      await new Promise(setImmediate);
      leaving.abort();
      expect((await left).flat()).toHaveLength(1);
      run.append([runEnd]);
      expect(await stayed).toHaveLength(2);
    });

    it('throws the refusal that ends a following', async () => {
      const log = createLog();
      log.open('r').append([text('a')]);
      const following = new AbortController();
      const events = log.read('r', { after: 0, signal: following.signal })[Symbol.asyncIterator]();
      await events.next();
      const next = events.next();
      following.abort(new SluiceError('token_revoked'));
      await expect(next).rejects.toMatchObject({ code: 'token_revoked' });
    });

    it('forgets one that has ended when it is dropped, and gives those who read it the rest', async () => {
      const log = createLog();
      const run = log.open('r');
      const { signal } = new AbortController();
      const events = log.read('r', { after: 0, signal })[Symbol.asyncIterator]();
      run.append([text('a')]);
      await log.settled();
      await log.drop('r');
      expect(await log.position('r')).toEqual({ lastSeq: 1, hasEnded: false });
      await events.next();
      run.append([runEnd]);
      await log.settled();
      await log.drop('r');
      expect(await log.position('r')).toBeUndefined();
      expect((await events.next()).value).toEqual([expect.objectContaining({ seq: 2 })]);
    });

    it('bounds the batches of a long replay', async () => {
      const log = createLog();
      const run = log.open('r');
      for (let i = 0; i < 100; i += 1) run.append([text('x'.repeat(10_000))]);
      run.append([runEnd]);
      const batches = await Array.fromAsync(
        log.read('r', { after: 0, signal: new AbortController().signal }),
      );
      const lengths = batches.map((batch) => batch.reduce((sum, { json }) => sum + json.length, 0));
      expect(Math.max(...lengths)).toBeLessThanOrEqual(64 * 1024);
      expect(batches.flat()).toHaveLength(101);
    });

    it('says where a run stands', async () => {
      const log = createLog();
      const run = log.open('r');
      run.append([text('a')]);
      await log.settled();
      expect(await log.position('r')).toEqual({ lastSeq: 1, hasEnded: false });
      run.append([runEnd]);
      await log.settled();
      expect(await log.position('r')).toEqual({ lastSeq: 2, hasEnded: true });
      expect(await log.position('other')).toBeUndefined();
    });

    it('takes nothing after run-end', () => {
      const run = createLog().open('r');
      run.append([runEnd]);
      expect(() => run.append([text('late')])).toThrow('nothing can follow run-end');
    });
  });
}
