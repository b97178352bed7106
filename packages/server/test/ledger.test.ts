import type { RunState, UsageReport } from '@sluice/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import { iterateEvents, readEvents } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0', IDLE_TIMEOUT_MS: '200' });

let users = 0;
let user: { id: string; token: string; tokenId: string };
beforeEach(async () => {
  users += 1;
  const email = `ledger-${users}@example.com`;
  const { auth } = pair.server.rooms;
  const { id: tokenId, token } = await auth.createAppToken({ email, name: 'app', scopes: ['chat', 'usage'] });
  const stored = await pair.server.rooms.database.users.findByEmail(email);
  user = { id: stored?.id ?? '', token, tokenId };
});

const usage = async (query = '', token = user.token): Promise<UsageReport> => {
  const response = await pair.server.call(`/api/usage${query}`, { token });
  expect(response.status).toBe(200);
  return (await response.json()) as UsageReport;
};
const start = (body: object, init: { signal?: AbortSignal } = {}) =>
  pair.server.call('/api/chat/stream', {
    body: { message: 'Hello there', ...body },
    token: user.token,
    ...init,
  });
const stateOf = async (runId: string): Promise<RunState> =>
  (await pair.server.call(`/api/runs/${runId}`, { token: user.token })).json() as Promise<RunState>;

/** Ways a run can end, and what is to stand in its row. */
const endings: [string, () => Promise<string>, Partial<RunState>][] = [
  [
    'complete',
    async () => {
      const response = await start({});
      await response.text();
      return response.headers.get('x-run-id') ?? '';
    },
    { attempts: 1, usage: expect.objectContaining({ source: 'provider', inputTokens: 12 }) },
  ],
  [
    'stopped',
    async () => {
      pair.upstream.script({ tokens: 500, delayMs: 5 });
      const response = await start({});
      const runId = response.headers.get('x-run-id') ?? '';
      const events = iterateEvents(response);
      for (let count = 0; count < 5; count += 1) await events.next();
      await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST', token: user.token });
      await events.return(undefined);
      return runId;
    },
    { usage: expect.objectContaining({ source: 'estimated' }) },
  ],
  [
    'disconnected',
    async () => {
      pair.upstream.script({ tokens: 500, delayMs: 5 });
      const leaving = new AbortController();
      const response = await start({}, { signal: leaving.signal });
      const events = iterateEvents(response);
      for (let count = 0; count < 5; count += 1) await events.next();
      leaving.abort();
      await events.return(undefined).catch(() => undefined);
      return response.headers.get('x-run-id') ?? '';
    },
    { usage: expect.objectContaining({ source: 'estimated' }) },
  ],
  [
    'error',
    async () => {
      pair.upstream.script({ status: 500 });
      const response = await start({});
      await response.text();
      return response.headers.get('x-run-id') ?? '';
    },
    { attempts: 3, usage: null },
  ],
  [
    'stopped',
    async () => {
      pair.upstream.script({ hang: 'headers' });
      const controller = new AbortController();
      const response = start({}, { signal: controller.signal });
      await expect.poll(() => pair.upstream.stats.active).toBe(1);
      const answered = await response;
      const runId = answered.headers.get('x-run-id') ?? '';
      await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST', token: user.token });
      await answered.text();
      return runId;
    },
    { usage: expect.objectContaining({ source: 'estimated', outputTokens: 0 }) },
  ],
  [
    'timeout',
    async () => {
      pair.upstream.script({ tokens: 20, hang: 'mid' });
      const response = await start({});
      await response.text();
      return response.headers.get('x-run-id') ?? '';
    },
    { usage: expect.objectContaining({ source: 'estimated' }) },
  ],
];

describe('the ledger', () => {
  it.each(endings)('has one row of a run that ended %s', async (reason, run, row) => {
    const runId = await run();
    await expect.poll(async () => (await stateOf(runId)).state).toBe(reason);
    const state = await stateOf(runId);
    expect(state).toMatchObject({ runId, attempts: 1, ...row });
    const source = state.usage?.source === 'provider' ? 'catalog' : 'estimated';
    const cost = state.usage === null ? null : { microUsd: expect.any(Number) as number, source };
    expect(state.cost).toEqual(cost);
    const report = await usage();
    expect(report.totals.runs).toBe(1);
    expect(report.totals.errors).toBe(reason === 'error' || reason === 'timeout' ? 1 : 0);
    const stored = await pair.server.rooms.database.runs.find(runId, user.id);
    expect(stored?.result).toMatchObject({ reason });
    expect(stored?.timing.totalMs).toBeGreaterThanOrEqual(0);
  });

  it('has no row of a request that was refused', async () => {
    for (const body of [{ message: '' }, { model: 'nobody/x' }, { conversationId: 'nowhere' }]) {
      expect((await start(body)).ok).toBe(false);
    }
    expect((await usage()).totals.runs).toBe(0);
  });

  it('has as many rows as there were runs, whatever races', async () => {
    pair.upstream.script({ tokens: 8, delayMs: 3 });
    const responses = await Promise.all(Array.from({ length: 40 }, () => start({})));
    await Promise.all(
      responses.map(async (response, index) => {
        const runId = response.headers.get('x-run-id') ?? '';
        const stopping =
          index % 2 === 0
            ? pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST', token: user.token })
            : undefined;
        await Promise.all([readEvents(response), stopping]);
      }),
    );
    expect((await usage()).totals.runs).toBe(40);
  });
});

describe('GET /api/usage', () => {
  async function runTwice() {
    const second = await pair.server.rooms.auth.createAppToken({
      email: `ledger-${users}@example.com`,
      name: 'second',
      scopes: ['chat', 'usage'],
    });
    await (await start({ model: 'anthropic/claude-sonnet-5-5' })).text();
    const body = { message: 'Hi', model: 'openai/gpt-4.1' };
    await (await pair.server.call('/api/chat/stream', { body, token: second.token })).text();
    return second;
  }

  it('groups by day, model, token and user', async () => {
    const second = await runTwice();
    const today = new Date().toISOString().slice(0, 10);
    const keysOf = async (groupBy: string) =>
      (await usage(`?groupBy=${groupBy}`)).rows.map(({ key, label, runs }) => [key, label, runs]);
    expect(await keysOf('day')).toEqual([[today, undefined, 2]]);
    expect(await keysOf('model')).toEqual([
      ['anthropic/claude-sonnet-5-5', undefined, 1],
      ['openai/gpt-4.1', undefined, 1],
    ]);
    const byToken = [
      [user.tokenId, 'app', 1],
      [second.id, 'second', 1],
    ];
    const found = await keysOf('token');
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining(byToken));
    expect(await keysOf('user')).toEqual([[user.id, `ledger-${users}@example.com`, 2]]);
    const { rows, totals } = await usage('?groupBy=model');
    expect(totals.inputTokens).toBe(rows.reduce((sum, { inputTokens }) => sum + inputTokens, 0));
    expect(totals).toMatchObject({ inputTokens: 24, unpricedRuns: 0 });
    expect(totals.costMicroUsd).toBe(rows.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0));
    expect(totals.costMicroUsd).toBeGreaterThan(0);
  });

  it('groups by day and model, and tells how long first tokens took and what nobody could count', async () => {
    const today = new Date().toISOString().slice(0, 10);
    expect((await usage('?groupBy=day,model')).totals.firstTokenMs).toBeNull();
    await runTwice();
    pair.upstream.script({ status: 500 });
    await (await start({ model: 'openai/gpt-4.1' })).text();
    const { rows, totals, groupBy } = await usage('?groupBy=day,model');
    expect(groupBy).toBe('day,model');
    expect(rows.map(({ key, model, runs, errors }) => [key, model, runs, errors])).toEqual([
      [today, 'anthropic/claude-sonnet-5-5', 1, 0],
      [today, 'openai/gpt-4.1', 2, 1],
    ]);
    expect(rows.map(({ unmeasuredRuns }) => unmeasuredRuns)).toEqual([0, 1]);
    const times = rows.map(({ firstTokenMs }) => firstTokenMs?.p50 ?? -1);
    for (const ms of times) expect(ms).toBeGreaterThanOrEqual(0);
    // Of two, half are no slower than the faster one.
    expect(totals.firstTokenMs).toEqual({ p50: Math.min(...times), p95: Math.max(...times) });
    expect(totals.unmeasuredRuns).toBe(1);
  });

  it('counts what lies between two times', async () => {
    await runTwice();
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString();
    expect((await usage(`?from=${day(-1)}&to=${day(1)}`)).totals.runs).toBe(2);
    expect((await usage(`?from=${day(-3)}&to=${day(-1).slice(0, 10)}`)).totals.runs).toBe(0);
  });

  it.each([
    ['?from=yesterday', 'from'],
    ['?from=2026-02-02&to=2026-02-01', 'from'],
    ['?groupBy=hour', 'groupBy'],
    ['?groupBy=model,day', 'groupBy'],
    ['?user=', 'user'],
  ])('refuses %s by name', async (query, field) => {
    const response = await pair.server.call(`/api/usage${query}`, { token: user.token });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining(field) });
  });

  it('tells of others only to administrators', async () => {
    await runTwice();
    for (const whose of ['all', 'somebody']) {
      const refused = await pair.server.call(`/api/usage?user=${whose}`, { token: user.token });
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ code: 'scope_missing' });
    }
    const { auth } = pair.server.rooms;
    const email = `boss-${users}@example.com`;
    await auth.createUser({ email, password: 'a long enough password', role: 'admin' });
    const { token } = await auth.createAppToken({ email, name: 'admin', scopes: ['usage', 'admin'] });
    expect((await usage('', token)).totals.runs).toBe(0);
    expect((await usage(`?user=${user.id}`, token)).totals.runs).toBe(2);
    const all = await usage('?user=all&groupBy=user', token);
    expect(all.rows.map(({ key }) => key)).toContain(user.id);
  });
});
