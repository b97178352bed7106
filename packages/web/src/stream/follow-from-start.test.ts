import { type RunEvent, encodeSseFrame } from '@sluice/shared';
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
  const following = followFromStart({ connection: { baseUrl: '', fetch }, runId: 'r1', run });
  return { run, cursors, following };
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

describe('followFromStart', () => {
  it('loses and repeats nothing, wherever the connection breaks', async () => {
    const { run, cursors, following } = follow(2, 1, 0, null);
    await vi.runAllTimersAsync();
    await following;
    expect(run.getText()).toBe('one two three');
    expect(run.getView()).toMatchObject({ phase: 'ended', isCut: false, end: { reason: 'complete' } });
    expect(cursors).toEqual([0, 2, 3, 3]);
  });

  it('ends with what broke it when there is no coming back', async () => {
    const { run, cursors, following } = follow();
    await vi.runAllTimersAsync();
    await following;
    expect(cursors).toHaveLength(11);
    expect(run.getView()).toMatchObject({ phase: 'ended', isCut: true, failure: { code: 'unreachable' } });
  });

  it('asks no second time for a log that is gone', async () => {
    const problem = { type: 't', title: 't', status: 410, code: 'run_expired', retryable: false };
    const { run, cursors, following } = follow(Response.json(problem, { status: 410 }));
    await following;
    expect(cursors).toEqual([0]);
    expect(run.getView().isCut).toBe(true);
  });
});
