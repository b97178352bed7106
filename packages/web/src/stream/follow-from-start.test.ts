import { type RunEvent, type TakeTurn, encodeSseFrame } from '@sluice/shared';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { followFromStart } from './follow-from-start.ts';
import { createRunStore } from './run-store.ts';

const events: RunEvent[] = [
  { type: 'run-start', runId: 'r1', model: 'p/m', provider: 'p', createdAt: '' },
  { type: 'text-delta', text: 'one ' },
  { type: 'text-delta', text: 'two ' },
  { type: 'text-delta', text: 'three' },
  {
    type: 'run-end',
    done: true,
    reason: 'complete',
    usage: null,
    cost: null,
    saved: true,
    timing: { firstTokenMs: 1, totalMs: 2 },
  },
];

/** A server that has the whole run; each connection breaks after so many events, null at the end. */
function follow(...breaks: (number | null | Response)[]) {
  const cursors: number[] = [];
  const fetch = async (_url: unknown, init?: RequestInit) => {
    const after = Number(new Headers(init?.headers).get('last-event-id'));
    cursors.push(after);
    const next = breaks.shift();
    if (next instanceof Response) return next;
    if (next === undefined) throw new TypeError('network');
    const sent = events.slice(after, next === null ? undefined : after + next);
    const frames = sent.map((event, index) => encodeSseFrame(after + index + 1, JSON.stringify(event)));
    return new Response(frames.join(''));
  };
  const run = createRunStore({ id: 'a', model: 'p/m', schedule: (flush) => flush(), now: () => 0 });
  followFromStart({ connection: { baseUrl: '', fetch }, runId: 'r1', run });
  return { run, cursors };
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

describe('followFromStart', () => {
  it('loses and repeats nothing, wherever the connection breaks', async () => {
    const { run, cursors } = follow(2, 1, 0, null);
    await vi.runAllTimersAsync();
    expect(run.getText()).toBe('one two three');
    expect(run.getView()).toMatchObject({ phase: 'ended', isCut: false, end: { reason: 'complete' } });
    expect(cursors).toEqual([0, 2, 3, 3]);
  });

  it('ends with what broke it when there is no coming back', async () => {
    const { run, cursors } = follow();
    await vi.runAllTimersAsync();
    expect(cursors).toHaveLength(11);
    expect(run.getView()).toMatchObject({ phase: 'ended', isCut: true, failure: { code: 'unreachable' } });
  });

  it('asks no second time for a log that is gone', async () => {
    const problem = { type: 't', title: 't', status: 410, code: 'run_expired', retryable: false };
    const { run, cursors } = follow(Response.json(problem, { status: 410 }));
    await vi.runAllTimersAsync();
    expect(cursors).toEqual([0]);
    expect(run.getView().isCut).toBe(true);
  });

  it('can be stopped while it waits for its turn, of which it tells, and is left then', async () => {
    const paths: string[] = [];
    const fetch = async (url: unknown) => {
      paths.push(String(url));
      return Response.json({ runId: 'r1', state: 'stopped', upstreamClosedMs: 5 });
    };
    const run = createRunStore({
      id: 'a',
      model: 'p/m',
      runId: 'r1',
      schedule: (flush) => flush(),
      now: () => 0,
    });
    const takeTurn: TakeTurn = (signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    const { stop } = followFromStart({ connection: { baseUrl: '', fetch }, runId: 'r1', run, takeTurn });
    await vi.advanceTimersByTimeAsync(500);
    expect(run.getView()).toMatchObject({ phase: 'waiting', queuedFor: 'connection' });
    stop();
    stop();
    expect(run.getView().isStopping).toBe(true);
    await vi.runAllTimersAsync();
    expect(paths).toEqual(['/api/runs/r1/stop']);
    expect(run.getView()).toMatchObject({ phase: 'ended', isStoppedHere: true, queuedFor: null });
    expect(run.getView().stop).toMatchObject({ upstreamClosedMs: 5 });
  });
});
