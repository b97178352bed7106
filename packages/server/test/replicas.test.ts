import {
  type RunEvent,
  type RunState,
  type SequencedEvent,
  type StopResult,
  foldEvents,
  followRun,
} from '@sluice/shared';
import { describe, expect, it, vi } from 'vitest';
import { prove } from './_support/guarantees/prove.ts';
import { iterateEvents, lastOf, readEvents, startServer, textOf } from './_support/start-server.ts';
import { useReplicas } from './_support/use-replicas.ts';

const pair = useReplicas();
const slow = { tokens: 200, delayMs: 10 };
const textOfSlow = Array.from({ length: slow.tokens }, (_, index) => ` t${index}`).join('');

/** Starts an answer at the first server. @returns its run's id, and the events its caller gets */
async function start(body: object = {}, headers: Record<string, string> = {}) {
  const caller = new AbortController();
  const response = await pair.servers[0].call('/api/chat/stream', {
    body: { message: 'Hi', ...body },
    headers,
    signal: caller.signal,
  });
  expect(response.status).toBe(200);
  return { runId: response.headers.get('x-run-id') ?? '', response, caller };
}

async function stateOf(runId: string): Promise<RunState> {
  return (await pair.servers[1].call(`/api/runs/${runId}`)).json() as Promise<RunState>;
}

describe('two servers on one Postgres and one Redis', () => {
  it('show the same events, live and afterwards, whichever is asked', async () => {
    pair.upstream.script(slow);
    const { runId, response } = await start();
    const own = readEvents(response);
    const elsewhere = readEvents(await pair.servers[1].call(`/api/runs/${runId}/events`));
    const events = await own;
    expect(textOf(events)).toBe(textOfSlow);
    expect(await elsewhere).toEqual(events);
    const after = Math.floor(events.length / 2);
    const late = await readEvents(await pair.servers[1].call(`/api/runs/${runId}/events?after=${after}`));
    expect(late).toEqual(events.slice(after));
    expect((await pair.servers[1].call(`/api/runs/${runId}/events?after=${events.length}`)).status).toBe(204);
    expect((await pair.servers[1].call(`/api/runs/${runId}/events?after=9999`)).status).toBe(400);
  });

  it('give the rest of an answer after every seq, live and afterwards, whichever is asked', async () => {
    pair.upstream.script({ tokens: 13, delayMs: 40 });
    const { runId, response } = await start({ onDisconnect: 'finish' });
    const resume = async (after: number) =>
      Promise.all(
        pair.servers.map(async (server) =>
          readEvents(await server.call(`/api/runs/${runId}/events?after=${after}`)),
        ),
      );
    const events: SequencedEvent[] = [];
    const live: ReturnType<typeof resume>[] = [];
    for await (const event of iterateEvents(response)) {
      events.push(event);
      if (event.event.type !== 'run-end') live.push(resume(event.seq));
    }
    expect(events.length).toBeGreaterThan(5);
    expect(textOf(events)).toMatch(/ t12$/);
    for (const [index, resumed] of live.entries()) {
      const rest = events.slice(index + 1);
      expect(await resumed).toEqual([rest, rest]);
    }
    for (let after = 0; after < events.length; after += 1) {
      const rest = events.slice(after);
      expect(await resume(after)).toEqual([rest, rest]);
    }
  });

  it('list what runs at either, and tell how it ended', async () => {
    pair.upstream.script(slow);
    const { runId, response } = await start();
    for (const server of pair.servers) {
      const { runs } = (await (await server.call('/api/runs?active=true')).json()) as { runs: RunState[] };
      expect(runs).toEqual([expect.objectContaining({ runId, state: 'running' })]);
    }
    await readEvents(response);
    expect(await stateOf(runId)).toMatchObject({ state: 'complete', attempts: 1 });
  });

  it("find an app's chat at either: the whole answer again, and its end", async () => {
    pair.upstream.script(slow);
    const [here, elsewhere] = pair.servers;
    const asked = await here.call('/api/ai-sdk/chat', { body: { id: 'c/1 x', message: 'Hi' } });
    await vi.waitFor(() => expect(pair.upstream.stats.tokens).toBeGreaterThan(5));
    const again = await elsewhere.call('/api/ai-sdk/chat/c%2F1%20x/stream');
    expect(again.headers.get('x-run-id')).toBe(asked.headers.get('x-run-id'));
    const streams = Promise.all([asked.text(), again.text()]);
    const stopped = await elsewhere.call('/api/ai-sdk/chat/c%2F1%20x/stop', { method: 'POST' });
    expect(await stopped.json()).toMatchObject({ state: 'stopped' });
    const said = (await streams).map((stream) =>
      [...stream.matchAll(/"delta":"([^"]*)"/g)].map(([, text]) => text),
    );
    expect(said[1]?.join('')).toBe(said[0]?.join(''));
    expect(said[0]?.join('')).toMatch(/^ t0 t1 t2/);
    expect(pair.upstream.stats.active).toBe(0);
    expect((await elsewhere.call('/api/ai-sdk/chat/c%2F1%20x/stream')).status).toBe(204);
  });

  it('stop what runs at the other, with proof', async () => {
    pair.upstream.script(slow);
    const { runId, response } = await start();
    const events = readEvents(response);
    await vi.waitFor(() => expect(pair.upstream.stats.active).toBe(1));
    const answers = await Promise.all(
      [1, 2].map(async () => {
        const stopped = await pair.servers[1].call(`/api/runs/${runId}/stop`, { method: 'POST' });
        return { status: stopped.status, result: (await stopped.json()) as StopResult };
      }),
    );
    for (const { status, result } of answers) {
      expect(status).toBe(200);
      expect(result).toEqual({ runId, state: 'stopped', upstreamClosedMs: expect.any(Number) });
    }
    expect(pair.upstream.stats.active).toBe(0);
    expect(lastOf(await events, 'run-end')).toMatchObject({ reason: 'stopped', saved: true });
    expect((await events).filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
  });

  it('go on with an answer whose last follower is at the other, and leave it with them', async () => {
    pair.upstream.script({ ...slow, tokens: 5000 });
    const { runId, response, caller } = await start();
    const mine = iterateEvents(response);
    await mine.next();
    const other = new AbortController();
    const follower = iterateEvents(
      await pair.servers[1].call(`/api/runs/${runId}/events`, { signal: other.signal }),
    );
    await follower.next();
    caller.abort();
    await mine.next().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(pair.upstream.stats.active).toBe(1);
    other.abort();
    await vi.waitFor(() => expect(pair.upstream.stats.active).toBe(0), { timeout: 3000 });
    await vi.waitFor(async () => expect(await stateOf(runId)).toMatchObject({ state: 'disconnected' }));
  });

  it('call the model once for one key, whichever is asked', async () => {
    pair.upstream.script({ tokens: 50, delayMs: 5 });
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const server = pair.servers[index % 2 === 0 ? 0 : 1];
        const response = await server.call('/api/chat/stream', { body: { message: 'Hi' }, headers });
        expect(response.status).toBe(200);
        return readEvents(response);
      }),
    );
    for (const events of answers) expect(events).toEqual(answers[0]);
    expect(lastOf(answers[0] ?? [], 'run-end')).toMatchObject({ reason: 'complete' });
    prove('one-key-elsewhere', { found: pair.upstream.stats.requests - 1, cases: answers.length });
    const other = await pair.servers[1].call('/api/chat/stream', { body: { message: 'Other' }, headers });
    expect(other.status).toBe(422);
  });

  it('say what was left out, whichever replays it', async () => {
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const body = {
      model: 'openai/gpt-4.1',
      reasoning_effort: 'high',
      messages: [{ role: 'user', content: 'Hi' }],
    };
    for (const server of pair.servers) {
      const response = await server.call('/v1/chat/completions', {
        body,
        headers,
        token: pair.servers[0].token,
      });
      expect(response.status).toBe(200);
      expect(response.headers.get('x-sluice-dropped')).toBe('reasoning_effort');
      await response.text();
    }
    expect(pair.upstream.stats.requests).toBe(1);
  });

  it('stop what is answered in a conversation that the other deletes', async () => {
    pair.upstream.script({ ...slow, tokens: 5000 });
    const created = await pair.servers[0].call('/api/conversations', { body: {} });
    const { id: conversationId } = (await created.json()) as { id: string };
    const { runId, response } = await start({ conversationId });
    const events = readEvents(response);
    await vi.waitFor(() => expect(pair.upstream.stats.active).toBe(1));
    const path = `/api/conversations/${conversationId}`;
    expect((await pair.servers[1].call(path, { method: 'DELETE' })).status).toBe(204);
    expect(pair.upstream.stats.active).toBe(0);
    expect(lastOf(await events, 'run-end')).toMatchObject({ reason: 'stopped' });
    for (const server of pair.servers) {
      await vi.waitFor(async () => expect((await server.call(`/api/runs/${runId}/events`)).status).toBe(410));
    }
  });

  it('tell a stranger nothing of what runs at the other', async () => {
    pair.upstream.script(slow);
    const { runId, response } = await start();
    const events = readEvents(response);
    const { token: stranger } = await pair.servers[1].rooms.auth.createAppToken({
      email: 'other@example.com',
      name: 'tests',
      scopes: ['chat', 'history', 'usage'],
    });
    const path = `/api/runs/${runId}`;
    // It is there, for its owner.
    expect((await pair.servers[1].call(path)).status).toBe(200);
    const askAsStranger = async () => {
      for (const [method, asked] of [
        ['GET', `${path}/events`],
        ['GET', path],
        ['POST', `${path}/stop`],
      ] as const) {
        const answer = await pair.servers[1].call(asked, { method, token: stranger });
        expect(answer.status).toBe(404);
        expect(await answer.json()).toMatchObject({ code: 'not_found' });
      }
    };
    await askAsStranger();
    expect(lastOf(await events, 'run-end')).toMatchObject({ reason: 'complete' });
    await askAsStranger();
  });

  it('lets the client follow from one to the other, event for event', async () => {
    pair.upstream.script(slow);
    const { runId, response } = await start({ onDisconnect: 'finish' });
    const events: RunEvent[] = [];
    let last = 0;
    for await (const { seq, event } of iterateEvents(response)) {
      events.push(event);
      last = seq;
      if (seq === 60) break;
    }
    const [, { url: baseUrl, token }] = pair.servers;
    for await (const { seq, event } of followRun({ baseUrl, token, runId, after: last })) {
      last += 1;
      expect(seq).toBe(last);
      events.push(event);
    }
    expect(foldEvents(events)).toMatchObject({ content: textOfSlow, end: { reason: 'complete' } });
  });
});

describe('a server that is drained beside another', () => {
  it.each([
    ['ends by itself', '5000', 'complete'],
    ['is ended for it', '200', 'interrupted'],
  ])('has an answer that %s read to its end at the other', async (_how, drainMs, reason) => {
    await using leaving = await startServer({ ...pair.environment, DRAIN_MS: drainMs });
    pair.upstream.script({ tokens: 100, delayMs: 10 });
    const response = await leaving.call('/api/chat/stream', { body: { message: 'Hi' } });
    const runId = response.headers.get('x-run-id') ?? '';
    const own = readEvents(response);
    const elsewhere = readEvents(await pair.servers[1].call(`/api/runs/${runId}/events`));
    await vi.waitFor(() => expect(pair.upstream.stats.tokens).toBeGreaterThan(5));
    await leaving.drain();
    await leaving[Symbol.asyncDispose]();
    const events = await elsewhere;
    expect(lastOf(events, 'run-end')).toMatchObject({ reason, saved: true });
    expect(events.at(-1)?.event.type).toBe('run-end');
    expect(await own).toEqual(events);
    // Its process is gone, and what it has said is not.
    expect(await readEvents(await pair.servers[0].call(`/api/runs/${runId}/events`))).toEqual(events);
    expect(await stateOf(runId)).toMatchObject({ state: reason });
  });
});
