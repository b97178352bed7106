import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../run-event.ts';
import { encodeSseFrame } from '../sse-codec.ts';
import { followRun } from './follow-run.ts';

const delta: RunEvent = { type: 'text-delta', text: 'Hi' };
const end: RunEvent = {
  type: 'run-end',
  done: true,
  reason: 'complete',
  usage: null,
  cost: null,
  saved: true,
  timing: { firstTokenMs: 1, totalMs: 2 },
};

function follow(response: Response) {
  const asked: { url: unknown; cursor: string | null }[] = [];
  const fetch = async (url: unknown, init?: RequestInit) => {
    asked.push({ url, cursor: new Headers(init?.headers).get('last-event-id') });
    return response;
  };
  return { asked, events: followRun({ baseUrl: '', fetch, runId: 'r 1', after: 4 }) };
}

const frames = (...events: RunEvent[]) =>
  events.map((event, index) => encodeSseFrame(5 + index, JSON.stringify(event))).join('');

describe('followRun', () => {
  it('yields what comes after the cursor, each event with its seq', async () => {
    const { asked, events } = follow(new Response(frames(delta, end)));
    expect(await Array.fromAsync(events)).toEqual([
      { seq: 5, event: delta },
      { seq: 6, event: end },
    ]);
    expect(asked).toEqual([{ url: '/api/runs/r%201/events', cursor: '4' }]);
  });

  it('yields nothing where the end has been delivered', async () => {
    expect(await Array.fromAsync(follow(new Response(null, { status: 204 })).events)).toEqual([]);
  });

  it('is told of a log that is gone, and asks no second time', async () => {
    const problem = {
      type: 't',
      title: 't',
      status: 410,
      code: 'run_expired',
      retryable: false,
      detail: 'd',
      requestId: 'q',
    };
    const { asked, events } = follow(Response.json(problem, { status: 410 }));
    await expect(Array.fromAsync(events)).rejects.toMatchObject({ code: 'run_expired' });
    expect(asked).toHaveLength(1);
  });
});
