import type { SequencedEvent } from '@sluice/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer();
let stranger: string;
beforeAll(async () => {
  ({ token: stranger } = await pair.server.rooms.auth.createAppToken({
    email: 'other@example.com',
    name: 'tests',
  }));
});

async function start(): Promise<{ runId: string; response: Response }> {
  const response = await pair.server.call('/api/chat/stream', { body: { message: 'Hi' } });
  return { runId: response.headers.get('x-run-id') ?? '', response };
}

const stop = (runId: string, token = pair.server.token) =>
  pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST', token });
const follow = (runId: string, query = '', headers: Record<string, string> = {}) =>
  pair.server.call(`/api/runs/${runId}/events${query}`, { headers });

describe('POST /api/runs/:id/stop', () => {
  it.each([
    ['in the middle', { tokens: 500, delayMs: 5 }, 5],
    ['before the first token', { hang: 'first' as const }, 0],
    ['before the headers', { hang: 'headers' as const }, 0],
  ])('closes the upstream call %s, proves it, and keeps the text', async (_when, script, tokens) => {
    pair.upstream.script(script);
    const { runId, response } = await start();
    const reading = readEvents(response);
    await expect.poll(() => pair.upstream.stats.requests).toBe(1);
    await expect.poll(() => pair.upstream.stats.tokens).toBeGreaterThanOrEqual(tokens);
    const stopped = await stop(runId);
    expect(stopped.status).toBe(200);
    const result = (await stopped.json()) as { upstreamClosedMs: number };
    expect(result).toEqual({ runId, state: 'stopped', upstreamClosedMs: expect.any(Number) });
    expect(result.upstreamClosedMs).toBeLessThan(250);
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
    const events = await reading;
    expect(events.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
    expect(events.at(-1)?.event).toMatchObject({ type: 'run-end', reason: 'stopped' });
    expect(lastOf(events, 'error')).toBeUndefined();
    if (tokens > 0) expect(textOf(events)).toMatch(/^ t0 t1 t2/);
  });

  it('is idempotent, also after the end', async () => {
    pair.upstream.script({ tokens: 500, delayMs: 5 });
    const { runId, response } = await start();
    const answers = await Promise.all([stop(runId), stop(runId), stop(runId)]);
    const bodies = await Promise.all([...answers, await stop(runId)].map((answer) => answer.json()));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    await response.text();
  });

  it('leaves a run that has ended as it ended', async () => {
    const { runId, response } = await start();
    await response.text();
    const answer = await stop(runId);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ runId, state: 'complete', upstreamClosedMs: null });
  });

  it('knows nothing of the runs of others', async () => {
    pair.upstream.script({ tokens: 500, delayMs: 5 });
    const { runId, response } = await start();
    for (const answer of [await stop(runId, stranger), await stop('no-such-run')]) {
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not_found' });
    }
    expect(pair.upstream.stats.active).toBe(1);
    await stop(runId);
    await response.text();
  });
});

describe('GET /api/runs/:id/events', () => {
  it('gives the rest of a run after every seq, the same to everyone', async () => {
    pair.upstream.script({ tokens: 12, delayMs: 2 });
    const { runId, response } = await start();
    const all = await readEvents(response);
    for (let after = 0; after < all.length; after += 1) {
      expect(await readEvents(await follow(runId, `?after=${after}`))).toEqual(all.slice(after));
    }
  });

  it('goes on with a run that is still going', async () => {
    pair.upstream.script({ tokens: 60, delayMs: 5 });
    const { runId, response } = await start();
    const first: SequencedEvent[] = [];
    let mirror: Promise<Response> | undefined;
    for await (const event of iterateEvents(response)) {
      first.push(event);
      if (event.seq === 3) mirror = follow(runId, '?after=3');
    }
    expect(await readEvents((await mirror) ?? Response.error())).toEqual(first.slice(3));
  });

  it('takes a HEAD for no follower', async () => {
    pair.upstream.script({ tokens: 500, delayMs: 5 });
    const leaving = new AbortController();
    const response = await pair.server.call('/api/chat/stream', {
      body: { message: 'Hi' },
      signal: leaving.signal,
    });
    const head = await pair.server.call(`/api/runs/${response.headers.get('x-run-id')}/events`, {
      method: 'HEAD',
    });
    expect(head.headers.get('content-type')).toContain('text/event-stream');
    leaving.abort();
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
  });

  it('lets Last-Event-ID win over the query', async () => {
    const { runId, response } = await start();
    const all = await readEvents(response);
    const rest = await readEvents(await follow(runId, '?after=0', { 'last-event-id': '2' }));
    expect(rest).toEqual(all.slice(2));
  });

  it('answers 204 once the terminal was delivered, so that an EventSource stops', async () => {
    const { runId, response } = await start();
    const all = await readEvents(response);
    expect((await follow(runId, `?after=${all.length}`)).status).toBe(204);
  });

  it.each(['abc', '-1', '1.5', '999999', '1e3'])('refuses the cursor %s', async (cursor) => {
    const { runId, response } = await start();
    await response.text();
    const answer = await follow(runId, `?after=${cursor}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_cursor' });
  });

  it('knows nothing of the runs of others', async () => {
    const { runId, response } = await start();
    await response.text();
    expect((await pair.server.call(`/api/runs/${runId}/events`, { token: stranger })).status).toBe(404);
  });
});
