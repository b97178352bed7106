import { describe, expect, it } from 'vitest';
import { createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const claude = 'anthropic/claude-sonnet-5-5';
const gpt = 'openai/gpt-4.1';
const body = { model: claude, message: 'Hi' };
const stream = (more: object = {}, signal?: AbortSignal) =>
  pair.server.call('/api/chat/stream', { body: { ...body, ...more }, ...(signal && { signal }) });
const typesOf = async (response: Response) => (await readEvents(response)).map(({ event }) => event.type);
const readRun = async (runId: string) => (await pair.server.call(`/api/runs/${runId}`)).json();

/** What a caller may do, and how its run ends. */
const endings = [
  ['stop', 'stopped'],
  ['disconnect', 'disconnected'],
] as const;

/** Reads the first two events of a stream. @returns their types, and how to end it there */
async function streamTwo(more: object = {}) {
  const leaving = new AbortController();
  const response = await stream(more, leaving.signal);
  const runId = response.headers.get('x-run-id') ?? '';
  const events = iterateEvents(response);
  const first = [(await events.next()).value, (await events.next()).value];
  const seen = first.map((event) => event?.event.type);
  const stop = async () => {
    const stopped = await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST' });
    expect(stopped.status).toBe(200);
    expect(await stopped.json()).toEqual({ runId, state: 'stopped', upstreamClosedMs: expect.any(Number) });
    const rest = await Array.fromAsync(events);
    expect(rest.map(({ event }) => event)).toMatchObject([{ type: 'run-end', reason: 'stopped' }]);
  };
  const leave = async () => {
    leaving.abort();
    await events.next().catch(() => undefined);
  };
  return { runId, seen, end: (how: 'stop' | 'disconnect') => (how === 'stop' ? stop() : leave()) };
}

describe('an upstream call that fails before its first token', () => {
  it('is made again, up to three times, and each time is told', async () => {
    pair.upstream.next({ status: 503 }, { end: 'refuse' }, { text: 'At last.' });
    const response = await stream();
    const events = await readEvents(response);
    expect(events.map(({ event }) => event.type)).toEqual([
      'run-start',
      'run-retry',
      'run-retry',
      'text-delta',
      'run-end',
    ]);
    expect(events[1]?.event).toMatchObject({ attempt: 2, maxAttempts: 3, reason: 'upstream_overloaded' });
    expect(events[2]?.event).toMatchObject({ attempt: 3, maxAttempts: 3, reason: 'upstream_unreachable' });
    expect(textOf(events)).toBe('At last.');
    const run = await pair.server.call(`/api/runs/${response.headers.get('x-run-id')}`);
    expect(await run.json()).toMatchObject({ attempts: 3, state: 'complete', model: claude });
  });

  it.each([
    ['in seconds', () => '1'],
    ['as a date', () => new Date(Date.now() + 2000).toUTCString()],
  ])('waits as long as the upstream asks for: %s', async (_form, retryAfter) => {
    pair.upstream.next({ status: 429, headers: { 'retry-after': retryAfter() } }, { text: 'Yes.' });
    const startedAt = performance.now();
    expect(await typesOf(await stream())).toContain('run-retry');
    // A date has whole seconds: of two seconds it says at least one.
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  it('is told of in one piece with the run it was, and when the provider would be asked again', async () => {
    pair.upstream.script({ status: 429, headers: { 'retry-after': '40' } });
    const refused = await pair.server.call('/api/chat', { body: { message: 'Hi' } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '40']);
    const { runId } = (await refused.json()) as { runId?: string };
    expect(runId).toBe(refused.headers.get('x-run-id'));
  });

  it.each(endings)('is not made again after a %s while it waits', async (how, state) => {
    pair.upstream.script({ status: 429, headers: { 'retry-after': '20' } });
    const { runId, seen, end } = await streamTwo();
    expect(seen).toEqual(['run-start', 'run-retry']);
    await end(how);
    await expect.poll(() => readRun(runId)).toMatchObject({ usage: null, attempts: 1, state });
    expect(pair.upstream.stats.requests).toBe(1);
  });
});

describe('fallbackModels', () => {
  it('are asked in their order when the model cannot answer, and the answer is theirs', async () => {
    const { id } = await createConversation(pair.server);
    pair.upstream.next({ status: 401 }, { status: 402 }, { text: 'From the third.' });
    const fallbackModels = ['anthropic/claude-haiku-4-5', gpt];
    const events = await readEvents(await stream({ conversationId: id, fallbackModels }));
    expect(events.map(({ event }) => event.type)).toEqual([
      'run-start',
      'run-fallback',
      'run-fallback',
      'text-delta',
      'run-end',
    ]);
    expect(events[1]?.event).toMatchObject({ from: claude, to: fallbackModels[0], reason: 'upstream_auth' });
    expect(events[2]?.event).toMatchObject({ from: fallbackModels[0], to: gpt, reason: 'upstream_quota' });
    const [, answer] = await readMessages(pair.server, id);
    expect(answer).toMatchObject({ content: 'From the third.', model: gpt, provider: 'openai' });
    const runId = lastOf(events, 'run-start')?.runId;
    const run = await pair.server.call(`/api/runs/${runId}`);
    expect(await run.json()).toMatchObject({ model: gpt, provider: 'openai', attempts: 3 });
    const usage = await pair.server.call('/api/usage?groupBy=model');
    expect(await usage.json()).toMatchObject({
      rows: expect.arrayContaining([expect.objectContaining({ key: gpt })]),
    });
  });

  it('are named by POST /api/chat as well', async () => {
    pair.upstream.next({ status: 401 }, { text: 'Yes.' });
    const answer = await pair.server.call('/api/chat', { body: { ...body, fallbackModels: [gpt] } });
    expect(await answer.json()).toMatchObject({ model: gpt, provider: 'openai', reason: 'complete' });
  });

  it('are not asked once an answer has begun, nor about a request that nobody would take', async () => {
    pair.upstream.next({ tokens: 6, error: 'mid-stream', after: 3 });
    expect(lastOf(await readEvents(await stream({ fallbackModels: [gpt] })), 'error')?.code).toBe(
      'upstream_error',
    );
    pair.upstream.next({ status: 400 });
    expect(await typesOf(await stream({ fallbackModels: [gpt] }))).not.toContain('run-fallback');
    expect(pair.upstream.stats.requests).toBe(2);
  });

  it('are asked without the options they do not take, which a header names', async () => {
    pair.upstream.next({ status: 401 }, { text: 'Yes.' });
    const options = { model: gpt, temperature: 0.5, fallbackModels: [claude] };
    const response = await stream(options);
    expect(response.headers.get('x-sluice-dropped')).toBe('temperature');
    await response.text();
    expect(pair.upstream.received.map(({ body: asked }) => asked['temperature'])).toEqual([0.5, undefined]);
  });

  it.each(endings)('are asked no further after a %s while one keeps silent', async (how, state) => {
    pair.upstream.next({ status: 401 }, { hang: 'headers' });
    const fallbackModels = ['anthropic/claude-haiku-4-5', gpt];
    const { runId, seen, end } = await streamTwo({ fallbackModels });
    expect(seen).toEqual(['run-start', 'run-fallback']);
    await expect.poll(() => pair.upstream.stats).toMatchObject({ requests: 2, active: 1, completed: 1 });
    await end(how);
    await expect.poll(() => readRun(runId)).toMatchObject({ model: fallbackModels[0], attempts: 2, state });
    await expect.poll(() => pair.upstream.stats).toMatchObject({ requests: 2, active: 0, aborted: 1 });
  });

  it('must be models of this server', async () => {
    const response = await stream({ fallbackModels: ['nobody/x'] });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'model_not_found',
      detail: expect.stringContaining('nobody/x'),
    });
    expect(pair.upstream.stats.requests).toBe(0);
  });
});
