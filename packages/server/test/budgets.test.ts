import { randomUUID } from 'node:crypto';
import type { LimitChange, LimitList, LimitStateList } from '@sluice/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prove } from './_support/guarantees/prove.ts';
import { type Person, makePerson } from './_support/make-person.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const model = 'openai/gpt-4.1';
const [day, tomorrow] = [0, 86_400_000].map((ms) => new Date(Date.now() + ms).toISOString().slice(0, 10));
const resetsAt = `${tomorrow}T00:00:00.000Z`;

let admin: Person;
let user: Person;
let set: LimitChange[];
beforeEach(async () => {
  admin ??= await makePerson(pair.server, { role: 'admin', hasGallery: false });
  user = await makePerson(pair.server, { hasGallery: false });
  set = [];
});
afterEach(async () => {
  for (const limit of set) await put({ ...limit, amount: null });
});

async function put(change: unknown): Promise<Response> {
  return pair.server.call('/api/admin/limits', { method: 'PUT', body: change, token: admin.session });
}
/** Until the end of the test. */
async function limit(change: Partial<LimitChange>): Promise<void> {
  const whole = { subject: 'user', period: 'day', unit: 'tokens', amount: 0, ...change } as LimitChange;
  if (whole.subject === 'user') whole.id ??= user.ids.user;
  expect((await put(whole)).status).toBe(200);
  set.push(whole);
}
const ask = (body: object = {}, token = user.session, headers: Record<string, string> = {}) =>
  pair.server.call('/api/chat/stream', { body: { message: 'Hello there', model, ...body }, token, headers });
async function states(token = user.session) {
  const response = await pair.server.call('/api/me/limits', { token });
  expect(response.status).toBe(200);
  return ((await response.json()) as LimitStateList).limits;
}
const usedTokens = async () => (await states())[0]?.used ?? 0;
const refusalOf = async (response: Response) => {
  const body = (await response.json()) as { code: string; detail: string };
  return { status: response.status, ...body };
};

describe('a limit', () => {
  it('of requests refuses the one too many, with what it is and when it begins anew', async () => {
    await limit({ unit: 'requests', amount: 2 });
    // One was made with the person, before there was a limit.
    expect((await readEvents(await ask())).at(-1)?.event).toMatchObject({ reason: 'complete' });
    const key = randomUUID();
    const response = await ask({}, user.session, { 'idempotency-key': key });
    const seconds = Number(response.headers.get('retry-after'));
    expect(await refusalOf(response)).toMatchObject({
      status: 402,
      code: 'budget_exceeded',
      detail: `Your limit of 2 requests a day is used up; it begins anew at ${tomorrow}T00:00:00Z`,
    });
    expect(Math.abs(Date.parse(resetsAt) - Date.now() - seconds * 1000)).toBeLessThan(5000);
    expect(await states()).toMatchObject([{ unit: 'requests', used: 2, held: 0, left: 0, resetsAt }]);
    await limit({ unit: 'requests', amount: 3 });
    expect((await ask({}, user.session, { 'idempotency-key': key })).status).toBe(200);
  });

  it('counts what was used before it was set, and what is used from then on', async () => {
    pair.upstream.script({ tokens: 8 });
    await (await ask()).text();
    await limit({ amount: 10_000 });
    await limit({ amount: 10_000, period: 'month' });
    const [before] = await states();
    await (await ask()).text();
    await (await ask({ conversationId: user.ids.conversation })).text();
    for (const state of await states()) {
      expect(state).toMatchObject({ used: (before?.used ?? 0) + 40, held: 0, subject: 'user', id: null });
      expect(state.left).toBe(10_000 - state.used);
    }
    expect(before?.used).toBeGreaterThan(20);
  });

  it.each(['stopped', 'disconnected', 'failed'])('is given back what a %s run held', async (how) => {
    await limit({ amount: 100_000 });
    pair.upstream.script(how === 'failed' ? { status: 400 } : { tokens: 300, delayMs: 10 });
    const events = iterateEvents(await ask());
    const first = (await events.next()).value;
    if (how !== 'failed') expect((await states())[0]?.held).toBeGreaterThan(4096);
    const runId = first?.event.type === 'run-start' ? first.event.runId : '';
    if (how === 'stopped')
      await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST', token: user.session });
    if (how === 'failed') for await (const _ of events);
    await events.return(undefined);
    await expect.poll(async () => (await states())[0]?.held).toBe(0);
    expect((await states())[0]?.used).toBeLessThan(500);
  });

  it('is not overspent by two hundred requests at once', async () => {
    await limit({ amount: 1_000_000 });
    const amount = (await usedTokens()) + 1000;
    await limit({ amount });
    pair.upstream.script({ tokens: 40, delayMs: 10 });
    const answers = Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const place = index % 2 === 0 ? { conversationId: user.ids.conversation } : {};
        const response = await ask({ maxOutputTokens: 50, message: 'Hello', ...place });
        await response.text();
        return response.status;
      }),
    );
    let isOver = false;
    void answers.finally(() => (isOver = true));
    while (!isOver) {
      const [state] = await states();
      expect((state?.used ?? 0) + (state?.held ?? 0)).toBeLessThanOrEqual(amount + 54);
    }
    const statuses = await answers;
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10);
    const [state] = await states();
    expect(state).toMatchObject({ held: 0 });
    prove('budgets', { found: Math.max(0, (state?.used ?? Infinity) - amount), cases: statuses.length });
  });

  it('that is reached in the middle of an answer cuts it off, and keeps what there is', async () => {
    await limit({ amount: 1_000_000 });
    await limit({ amount: (await usedTokens()) + 150 });
    pair.upstream.script({ tokens: 2000, delayMs: 2 });
    const { conversation } = user.ids;
    const events = await readEvents(await ask({ conversationId: conversation }));
    expect(events.slice(-2).map(({ event }) => event)).toMatchObject([
      {
        type: 'error',
        code: 'budget_exceeded',
        error: expect.stringContaining(`begins anew at ${tomorrow}T00:00:00Z`),
      },
      { type: 'run-end', reason: 'budget', saved: true, usage: { source: 'estimated' } },
    ]);
    const text = textOf(events);
    expect(text.length).toBeGreaterThan(300);
    expect(text.length).toBeLessThan(3000);
    const stored = await pair.server.call(`/api/conversations/${conversation}/messages`, {
      token: user.session,
    });
    expect(JSON.stringify(await stored.json())).toContain(JSON.stringify(text));
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
    expect((await refusalOf(await ask())).code).toBe('budget_exceeded');
  });

  it('lets an answer grow beyond what was held for it at first, while there is enough', async () => {
    await limit({ amount: 100_000 });
    pair.upstream.script({ tokens: 6000, tokensPerWrite: 50, delayMs: 2 });
    const events = await readEvents(await ask());
    expect(lastOf(events, 'run-end')).toMatchObject({ reason: 'complete', usage: { outputTokens: 6000 } });
    expect(await states()).toMatchObject([{ held: 0 }]);
  });

  it('binds each user by default, but whoever has their own', async () => {
    const other = await makePerson(pair.server, { hasGallery: false });
    await limit({ subject: 'default', unit: 'requests', amount: 1 });
    await limit({ unit: 'requests', amount: 2 });
    const statuses = async (token: string) => [(await ask({}, token)).status, (await ask({}, token)).status];
    expect(await statuses(other.session)).toEqual([402, 402]);
    expect(await statuses(user.session)).toEqual([200, 402]);
  });

  it('of a token or a model binds that one alone', async () => {
    const { token, id } = await pair.server.rooms.auth.createAppToken({
      email: user.email,
      name: 'app',
      scopes: ['chat'],
    });
    await limit({ subject: 'token', id, unit: 'requests', amount: 0 });
    await limit({ subject: 'model', id: 'openai/gpt-5.4', amount: 0 });
    expect((await refusalOf(await ask({}, token))).detail).toMatch(
      /^This token's limit of 0 requests a day /,
    );
    const refused = await refusalOf(await ask({ model: 'openai/gpt-5.4' }));
    expect(refused.detail).toMatch(/^Model openai\/gpt-5\.4's limit of 0 tokens a day is used up/);
    expect((await ask()).status).toBe(200);
    expect(await states(token)).toMatchObject([
      { subject: 'token', id, label: 'app' },
      { subject: 'model', id: 'openai/gpt-5.4', label: null },
    ]);
    expect(await states()).toHaveLength(1);
  });

  it('of a fallback model holds for those whom no other limit binds', async () => {
    const fallback = 'openai/gpt-5.4';
    await limit({ subject: 'model', id: fallback, amount: 0 });
    pair.upstream.next({ status: 404 }, { tokens: 8 });
    const events = await readEvents(await ask({ fallbackModels: [fallback] }));
    expect(lastOf(events, 'run-fallback')).toBeUndefined();
    expect(lastOf(events, 'run-end')).toMatchObject({ reason: 'error' });
  });

  it('of a fallback model passes it over, and one that answers is counted', async () => {
    const [empty, second] = ['openai/gpt-5.4', 'anthropic/claude-haiku-5-5'];
    await limit({ subject: 'model', id: empty, amount: 0 });
    await limit({ subject: 'model', id: second, amount: 100_000 });
    await limit({ subject: 'model', id: model, amount: 100_000 });
    await limit({ unit: 'requests', amount: 100 });
    const used = async () =>
      Object.fromEntries((await states()).map(({ id, ...state }) => [id ?? 'mine', state]));
    const before = await used();
    pair.upstream.next({ status: 401 }, { tokens: 8 });
    const events = await readEvents(await ask({ fallbackModels: [empty, second] }));
    expect(lastOf(events, 'run-fallback')).toMatchObject({ from: model, to: second });
    const after = await used();
    expect(after['mine']?.used).toBe((before['mine']?.used ?? 0) + 1);
    expect(after[model]).toMatchObject({ used: before[model]?.used, held: 0 });
    expect(after[second!]).toMatchObject({ used: (before[second!]?.used ?? 0) + 20, held: 0 });
  });
});

describe('PUT /api/admin/limits', () => {
  const good = { subject: 'default', period: 'day', unit: 'tokens', amount: 5 };

  it.each([
    [{ ...good, unit: 'cents' }, 'unit: must be requests, tokens or microUsd'],
    [{ ...good, period: 'year' }, 'period: '],
    [{ ...good, subject: 'team' }, 'subject: '],
    [{ ...good, amount: -1 }, 'amount: '],
    [{ ...good, amount: 1.5 }, 'amount: '],
    [{ ...good, amount: undefined }, 'amount: '],
    [{ ...good, id: 'x' }, 'id: the default has none'],
    [{ ...good, subject: 'user' }, 'id: name the user'],
    [{ ...good, subject: 'user', id: 'nobody' }, 'id: there is no such user'],
    [{ ...good, subject: 'token', id: 'none' }, 'id: there is no such token'],
    [{ ...good, money: 1 }, 'money: unknown field'],
  ])('refuses %j by name', async (body, detail) => {
    const response = await put(body);
    expect(response.status).toBe(400);
    expect(await refusalOf(response)).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining(detail),
    });
  });

  it('refuses a model that nobody can ask for', async () => {
    const response = await put({ ...good, subject: 'model', id: 'nobody/x' });
    expect(await refusalOf(response)).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('answers with all limits, as GET does, and takes one away', async () => {
    await limit({ amount: 7 });
    const listed = async () =>
      (await (await pair.server.call('/api/admin/limits', { token: admin.session })).json()) as LimitList;
    const mine = {
      subject: 'user',
      id: user.ids.user,
      label: user.email,
      period: 'day',
      unit: 'tokens',
      amount: 7,
    };
    expect((await listed()).limits).toContainEqual(mine);
    const gone = await put({ ...set[0], amount: null });
    expect(((await gone.json()) as LimitList).limits).not.toContainEqual(mine);
    expect(await states()).toEqual([]);
    expect(day).not.toBe(tomorrow);
  });
});
