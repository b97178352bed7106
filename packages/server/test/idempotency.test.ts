import { describe, expect, it } from 'vitest';
import { createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { prove } from './_support/guarantees/prove.ts';
import { iterateEvents, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0', EVENT_LOG_MB: '1' });

const send = (key: string, body: unknown = { message: 'Hi' }, token = pair.server.token) =>
  pair.server.call('/api/chat/stream', { body, token, headers: { 'idempotency-key': key } });
const problemOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { code: string; runId?: string; messageId?: string }),
});
const newKey = () => crypto.randomUUID();

describe('an Idempotency-Key', () => {
  it('makes 50 requests at once one upstream call with 50 equal answers', async () => {
    pair.upstream.script({ tokens: 50, delayMs: 2 });
    const key = newKey();
    const { id: conversationId } = await createConversation(pair.server);
    const body = { message: 'Hi', conversationId };
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(key, body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    const streams = await Promise.all(answers.map(readEvents));
    expect(new Set(streams.map((events) => JSON.stringify(events))).size).toBe(1);
    expect(textOf(streams[0] ?? [])).toHaveLength(
      Array.from({ length: 50 }, (_, n) => ` t${n}`).join('').length,
    );
    prove('one-key', { found: pair.upstream.stats.requests - 1, cases: answers.length });
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(49);
    expect(await readMessages(pair.server, conversationId)).toHaveLength(2);
  });

  it('replays a run from its first event, as it ended, however it ended', async () => {
    for (const script of [{ text: 'Well.' }, { status: 500 }, { tokens: 20, end: 'reset' as const }]) {
      pair.upstream.reset();
      pair.upstream.script(script);
      const key = newKey();
      const first = await readEvents(await send(key));
      const calls = pair.upstream.stats.requests;
      const again = await send(key);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(await readEvents(again)).toEqual(first);
      expect(pair.upstream.stats.requests).toBe(calls);
    }
  });

  it('takes the body for the same whatever the order of its fields, and refuses another', async () => {
    const key = newKey();
    const metadata = { a: '1', b: '2' };
    await (await send(key, { message: 'Hi', maxOutputTokens: 5, metadata })).text();
    const same = await send(key, { metadata: { b: '2', a: '1' }, maxOutputTokens: 5, message: 'Hi' });
    expect(same.headers.get('idempotency-replayed')).toBe('true');
    await same.text();
    const other = await problemOf(await send(key, { message: 'Hi', maxOutputTokens: 6, metadata }));
    expect(other).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
    expect(pair.upstream.stats.requests).toBe(1);
  });

  it("is its user's alone", async () => {
    const key = newKey();
    const { token } = await pair.server.rooms.auth.createAppToken({ email: 'k@example.com', name: 'tests' });
    await (await send(key)).text();
    const other = await send(key, { message: 'Hi' }, token);
    expect(other.headers.get('idempotency-replayed')).toBeNull();
    await other.text();
    expect(pair.upstream.stats.requests).toBe(2);
  });

  it('is not taken by a request that was refused', async () => {
    const key = newKey();
    expect((await send(key, { message: 'Hi', model: 'nobody/x' })).status).toBe(404);
    expect((await send(key, { message: 'Hi', conversationId: 'nowhere' })).status).toBe(404);
    const answer = await send(key);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
    await answer.text();
  });

  it('answers 410 with the run and its message once the log is gone, and calls nobody', async () => {
    const key = newKey();
    const { id: conversationId } = await createConversation(pair.server);
    const body = { message: 'Hi', conversationId };
    const first = await readEvents(await send(key, body));
    const start = first[0]?.event as { runId: string; messageId: string };
    // The logs of all later runs push this one's out.
    pair.upstream.script({ text: 'x'.repeat(700_000), tokensPerWrite: 10_000 });
    await (await send(newKey())).text();
    await (await send(newKey())).text();
    const requests = pair.upstream.stats.requests;
    expect(await problemOf(await send(key, body))).toMatchObject({
      status: 410,
      code: 'run_expired',
      runId: start.runId,
      messageId: start.messageId,
    });
    expect(pair.upstream.stats.requests).toBe(requests);
  });

  it('lets a caller that was cut come back to its run, which went on meanwhile', async () => {
    pair.upstream.script({ tokens: 60, delayMs: 5 });
    const key = newKey();
    const leaving = new AbortController();
    const first = await pair.server.call('/api/chat/stream', {
      body: { message: 'Hi' },
      headers: { 'idempotency-key': key },
      signal: leaving.signal,
    });
    const events = iterateEvents(first);
    for (let count = 0; count < 5; count += 1) await events.next();
    leaving.abort();
    await events.return(undefined).catch(() => undefined);
    const whole = await readEvents(await send(key));
    expect(whole.map(({ seq }) => seq)).toEqual(whole.map((_, index) => index + 1));
    expect(whole.at(-1)?.event).toMatchObject({ type: 'run-end', reason: 'complete' });
    expect(pair.upstream.stats).toMatchObject({ requests: 1, aborted: 0 });
  });

  it('serves POST /api/chat as well', async () => {
    const key = newKey();
    const ask = () =>
      pair.server.call('/api/chat', { body: { message: 'Hi' }, headers: { 'idempotency-key': key } });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(await first.json()).toEqual(await second.json());
    expect(pair.upstream.stats.requests).toBe(1);
  });
});

describe('onDisconnect', () => {
  async function leave(body: object, headers: Record<string, string> = {}): Promise<string> {
    pair.upstream.script({ tokens: 40, delayMs: 10 });
    const leaving = new AbortController();
    const response = await pair.server.call('/api/chat/stream', {
      body: { message: 'Hi', ...body },
      headers,
      signal: leaving.signal,
    });
    const events = iterateEvents(response);
    for (let count = 0; count < 3; count += 1) await events.next();
    leaving.abort();
    await events.return(undefined).catch(() => undefined);
    return response.headers.get('x-run-id') ?? '';
  }
  const stateOf = async (runId: string) =>
    ((await (await pair.server.call(`/api/runs/${runId}`)).json()) as { state: string }).state;

  it.each([
    { how: 'abort', body: {}, state: 'disconnected' },
    {
      how: 'abort, although there is a key',
      body: { onDisconnect: 'abort' },
      key: 'a',
      state: 'disconnected',
    },
    { how: 'a grace too short', body: { onDisconnect: 'grace', graceMs: 20 }, state: 'disconnected' },
    { how: 'a grace long enough', body: { onDisconnect: 'grace', graceMs: 5000 }, state: 'complete' },
    { how: 'a grace, for there is a key', body: {}, key: 'b', state: 'complete' },
    { how: 'finish', body: { onDisconnect: 'finish' }, state: 'complete' },
  ])('$how: a run that was left ends $state', async ({ body, key, state }) => {
    const runId = await leave(body, key === undefined ? {} : { 'idempotency-key': key });
    await expect.poll(() => stateOf(runId)).not.toBe('running');
    expect(await stateOf(runId)).toBe(state);
  });

  it('is for those who leave: Stop acts at once', async () => {
    const runId = await leave({ onDisconnect: 'finish' });
    const stopped = await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST' });
    expect(await stopped.json()).toMatchObject({ state: 'stopped' });
  });

  it('has running ones listed for their user alone', async () => {
    const runId = await leave({ onDisconnect: 'finish' });
    const { token } = await pair.server.rooms.auth.createAppToken({ email: 'l@example.com', name: 'tests' });
    const active = async (by = pair.server.token) =>
      (
        (await (await pair.server.call('/api/runs?active=true', { token: by })).json()) as {
          runs: { runId: string }[];
        }
      ).runs;
    expect((await active()).map((run) => run.runId)).toEqual([runId]);
    expect(await active(token)).toEqual([]);
    await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST' });
    expect(await active()).toEqual([]);
  });
});
