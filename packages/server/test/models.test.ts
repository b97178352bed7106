import type { StopResult } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { makePerson } from './_support/make-person.ts';
import { iterateEvents, lastOf, pointAllAt, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';
import { writeModelsConfig } from './_support/write-models-config.ts';

const pair = useServer((upstream) => ({
  ...pointAllAt(upstream),
  SLUICE_CONFIG: writeModelsConfig({
    aliases: { cheap: 'openai/priced' },
    models: {
      'openai/priced': {
        price: { inputPerMTok: 2, outputPerMTok: 10, cacheReadPerMTok: 0.5 },
        maxOutputTokens: 1000,
        fallbacks: ['anthropic/second'],
      },
      'anthropic/second': { capabilities: { images: false } },
      'openai/unpriced': { fallbacks: [] },
      'openai/hasty': { timeouts: { firstTokenMs: 150 } },
      'openai/helped': { timeouts: { firstTokenMs: 150 }, fallbacks: ['openai/priced'] },
      'openai/patient': { timeouts: { firstTokenMs: 5000, runMs: 400 } },
      'openai/goes-on': { capabilities: { prefill: true, reasoning: 'effort' } },
      'openai/thinker': {
        price: { inputPerMTok: 2, outputPerMTok: 10 },
        maxOutputTokens: 10_000,
        capabilities: { reasoning: 'effort' },
      },
      'openai/responses': { api: 'responses', capabilities: { reasoning: 'effort' } },
      'gemini/priced': { price: { inputPerMTok: 1, outputPerMTok: 10 } },
      'ollama/local': { price: { inputPerMTok: 0, outputPerMTok: 0 } },
    },
  }),
}));

const ask = (body: object, token?: string) =>
  pair.server.call('/api/chat/stream', {
    body: { message: 'Hello there', ...body },
    ...(token && { token }),
  });
const run = async (body: object) => readEvents(await ask(body));

describe('the cost of an answer', () => {
  it("is the catalogue's price of what its provider counted, caches at theirs", async () => {
    const usage = {
      prompt_tokens: 1000,
      completion_tokens: 100,
      total_tokens: 1100,
      prompt_tokens_details: { cached_tokens: 400 },
    };
    pair.upstream.script({ text: 'Yes.', usage });
    const end = lastOf(await run({ model: 'cheap' }), 'run-end');
    expect(end).toMatchObject({ cost: { microUsd: 600 * 2 + 400 * 0.5 + 100 * 10, source: 'catalog' } });
  });

  it('is an estimate where the answer was stopped', async () => {
    pair.upstream.script({ tokens: 500, delayMs: 10 });
    const response = await ask({ model: 'openai/priced' });
    const runId = response.headers.get('x-run-id');
    const events = [];
    for await (const event of iterateEvents(response)) {
      events.push(event);
      if (event.seq === 10) await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST' });
    }
    const end = lastOf(events, 'run-end');
    expect(end).toMatchObject({ reason: 'stopped', usage: { source: 'estimated' } });
    const { inputTokens = 0, outputTokens = 0 } = end?.usage ?? {};
    expect(outputTokens).toBeGreaterThan(5);
    expect(end?.cost).toEqual({ microUsd: inputTokens * 2 + outputTokens * 10, source: 'estimated' });
  });

  it('is nothing for a model that costs nothing, and null where nobody knows', async () => {
    pair.upstream.script({ text: 'Yes.' });
    expect(lastOf(await run({ model: 'ollama/local' }), 'run-end')?.cost).toEqual({
      microUsd: 0,
      source: 'catalog',
    });
    expect(lastOf(await run({ model: 'openai/unpriced' }), 'run-end')?.cost).toBeNull();
  });

  it('has what the provider counted before the answer was stopped, unseen thoughts too', async () => {
    const said = { candidates: [{ content: { parts: [{ text: 'Begun' }] } }] };
    const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 3, thoughtsTokenCount: 7000 };
    const chunk = `data: ${JSON.stringify({ ...said, usageMetadata })}\r\n\r\n`;
    pair.upstream.script({ rawBase64: Buffer.from(chunk).toString('base64'), end: 'open' });
    const response = await ask({ model: 'gemini/priced' });
    const events = [];
    for await (const event of iterateEvents(response)) {
      events.push(event);
      if (event.event.type !== 'text-delta') continue;
      await pair.server.call(`/api/runs/${response.headers.get('x-run-id')}/stop`, { method: 'POST' });
    }
    expect(lastOf(events, 'run-end')).toMatchObject({
      reason: 'stopped',
      usage: { inputTokens: 100, outputTokens: 7003, reasoningTokens: 7000, source: 'estimated' },
      cost: { microUsd: 100 + 7003 * 10, source: 'estimated' },
    });
  });

  it('keeps nobody waiting to hear that the answer is whole', async () => {
    pair.upstream.script({ text: 'Yes indeed. '.repeat(50), usage: null });
    const response = await ask({ model: 'openai/priced' });
    const events = [];
    const at: Record<string, number> = {};
    for await (const event of iterateEvents(response)) {
      events.push(event);
      at[event.event.type] = performance.now();
    }
    expect(lastOf(events, 'run-end')?.usage).toMatchObject({ source: 'estimated' });
    // The first count begins a thread; from then on nothing has to be told in between.
    const told = at['finish'] ?? at['run-end'] ?? Infinity;
    expect(told - (at['text-delta'] ?? 0)).toBeLessThan(250);
  });

  it('is of an estimated prompt where the provider counts its answer alone', async () => {
    pair.upstream.script({ text: 'Yes indeed.', usage: { prompt_eval_count: null, eval_count: 7 } });
    const usage = lastOf(await run({ model: 'ollama/local' }), 'run-end')?.usage;
    expect(usage).toMatchObject({ outputTokens: 7, source: 'estimated' });
    expect(usage?.inputTokens).toBeGreaterThan(1);
  });

  it("is the provider's own figure where it has one, with who served it", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.00042 };
    pair.upstream.script({ text: 'Yes.', usage });
    const end = lastOf(await run({ model: 'openrouter/vendor/model' }), 'run-end');
    expect(end).toMatchObject({
      cost: { microUsd: 420, source: 'provider' },
      served: { model: 'vendor/model' },
    });
  });

  it('comes after the answer is shown as whole, where it comes in a trailer', async () => {
    const trailer =
      'event: aiand.metadata\ndata: {"request_id":"req_trailer","cost_usd":0.0031,"model":"m"}\n\n';
    pair.upstream.script({
      text: 'Yes.',
      end: 'open',
      trailerBase64: Buffer.from(trailer).toString('base64'),
    });
    const events = await run({ model: 'aiand/openai/gpt-oss-120b' });
    expect(events.map(({ event }) => event.type).slice(-2)).toEqual(['finish', 'run-end']);
    const end = lastOf(events, 'run-end');
    expect(end).toMatchObject({
      reason: 'complete',
      cost: { microUsd: 3100, source: 'provider' },
      providerRequestId: 'req_trailer',
    });
    expect(end?.timing.totalMs).toBeLessThan(3000);
  });

  it('stays with the answer in its conversation and in the ledger', async () => {
    const person = await makePerson(pair.server, { hasGallery: false });
    const { conversation } = person.ids;
    pair.upstream.script({ text: 'Yes.' });
    await (await ask({ model: 'openai/priced', conversationId: conversation }, person.session)).text();
    const messages = await pair.server.call(`/api/conversations/${conversation}/messages`, {
      token: person.session,
    });
    const answer = ((await messages.json()) as { messages: object[] }).messages.at(-1);
    expect(answer).toMatchObject({ cost: { source: 'catalog' }, served: { model: 'priced' } });
    const { microUsd } = (answer as { cost: { microUsd: number } }).cost;
    const usage = await pair.server.call('/api/usage?groupBy=model', { token: person.session });
    const { rows } = (await usage.json()) as { rows: { key: string; costMicroUsd: number }[] };
    expect(rows.find(({ key }) => key === 'openai/priced')?.costMicroUsd).toBe(microUsd);
  });
});

describe('a limit of money', () => {
  it('lets no answer cost more than is left, and refuses the next with what is left and until when', async () => {
    const admin = await makePerson(pair.server, { role: 'admin', hasGallery: false });
    const person = await makePerson(pair.server, { hasGallery: false });
    const limit = { subject: 'user', id: person.ids.user, period: 'month', unit: 'microUsd' };
    const put = (amount: number | null) =>
      pair.server.call('/api/admin/limits', {
        method: 'PUT',
        body: { ...limit, amount },
        token: admin.session,
      });
    const states = async () => {
      const response = await pair.server.call('/api/me/limits', { token: person.session });
      return ((await response.json()) as { limits: { used: number; held: number }[] }).limits;
    };
    expect((await put(1_000_000)).status).toBe(200);
    const before = (await states())[0]?.used ?? 0;
    await put(before + 2000);
    pair.upstream.script({ tokens: 900, delayMs: 2 });
    const events = await readEvents(await ask({ model: 'openai/priced' }, person.session));
    expect(lastOf(events, 'error')).toMatchObject({ code: 'budget_exceeded', error: expect.any(String) });
    const end = lastOf(events, 'run-end');
    expect(end).toMatchObject({ reason: 'budget', cost: { source: 'estimated' } });
    expect(textOf(events).length).toBeGreaterThan(100);
    const [state] = await states();
    expect(state).toMatchObject({ held: 0, used: before + (end?.cost?.microUsd ?? 0) });
    // By no more than one request's most: a thousand tokens.
    expect(state?.used).toBeLessThan(before + 2000 + 10_000);
    await put(before + 10);
    const refused = await ask({ model: 'openai/priced' }, person.session);
    expect(refused.status).toBe(402);
    expect(await refused.json()).toMatchObject({
      code: 'budget_exceeded',
      detail: expect.stringMatching(/^Your limit of \$\S+ a month is used up; it begins anew at 20/),
    });
    const unpriced = await ask({ model: 'openai/unpriced' }, person.session);
    expect(unpriced.status).toBe(402);
    expect(((await unpriced.json()) as { detail: string }).detail).toContain('openai/unpriced');
    pair.upstream.script({ text: 'Free.' });
    const free = await readEvents(await ask({ model: 'ollama/local' }, person.session));
    expect(lastOf(free, 'run-end')).toMatchObject({ reason: 'complete', cost: { microUsd: 0 } });
  });
});

describe('a limit of an alias', () => {
  it('is that of its model', async () => {
    const admin = await makePerson(pair.server, { role: 'admin', hasGallery: false });
    const limit = { subject: 'model', id: 'cheap', period: 'day', unit: 'requests' };
    const put = (body: object) =>
      pair.server.call('/api/admin/limits', { method: 'PUT', body, token: admin.session });
    const answer = await put({ ...limit, amount: 0 });
    const { limits } = (await answer.json()) as { limits: object[] };
    expect(limits).toContainEqual({ ...limit, id: 'openai/priced', label: null, amount: 0 });
    for (const model of ['cheap', 'openai/priced']) expect((await ask({ model })).status).toBe(402);
    await put({ ...limit, id: 'openai/priced', amount: null });
    pair.upstream.script({ text: 'Yes.' });
    expect(lastOf(await run({ model: 'cheap' }), 'run-end')?.reason).toBe('complete');
  });
});

describe('a model that thinks', () => {
  it('holds all that it may write, so that what it thinks unseen goes beyond no limit', async () => {
    const admin = await makePerson(pair.server, { role: 'admin', hasGallery: false });
    const person = await makePerson(pair.server, { hasGallery: false });
    const limit = { subject: 'user', id: person.ids.user, period: 'day', unit: 'microUsd', amount: 250_000 };
    await pair.server.call('/api/admin/limits', { method: 'PUT', body: limit, token: admin.session });
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 9000,
      total_tokens: 9010,
      completion_tokens_details: { reasoning_tokens: 8990 },
    };
    pair.upstream.script({ text: 'Yes.', firstDelayMs: 400, usage });
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const response = await ask({ model: 'openai/thinker' }, person.session);
        return { status: response.status, body: await response.text() };
      }),
    );
    // Of 250,000 each of two holds a hundred thousand, and the rest is too little for a third beside them.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.find(({ status }) => status === 402)?.body).toMatch(
      /has \$0\.\d+ left, and \$0\.\d+ of it is held for answers that are being written/,
    );
    const response = await pair.server.call('/api/me/limits', { token: person.session });
    const [state] = ((await response.json()) as { limits: { used: number; held: number }[] }).limits;
    expect(state?.held).toBe(0);
    expect(state?.used).toBeLessThan(250_000);
  });

  it('takes no prefill, no temperature while it thinks and none that is too high, where its provider has it so', async () => {
    const both = { temperature: 0.5, reasoning: 'low' };
    const refused = await ask({ model: 'anthropic/claude-haiku-4-5', ...both });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      code: 'unsupported_option',
      detail: expect.stringContaining('temperature: '),
    });
    const tooHigh = await ask({ model: 'anthropic/claude-haiku-4-5', temperature: 1.1 });
    expect(await tooHigh.json()).toMatchObject({
      code: 'unsupported_option',
      detail: 'temperature: model anthropic/claude-haiku-4-5 takes 0 to 1',
    });
    pair.upstream.next({ status: 401 });
    pair.upstream.script({ text: 'Yes.' });
    const body = { model: 'gemini/flash-x', fallbackModels: ['anthropic/claude-haiku-4-5'], ...both };
    const response = await ask(body);
    expect(response.headers.get('x-sluice-dropped')).toBe('temperature');
    expect(textOf(await readEvents(response))).toBe('Yes.');
    expect(pair.upstream.lastReceived.body).not.toHaveProperty('temperature');
    expect(pair.upstream.lastReceived.body).toHaveProperty('thinking');
  });
});

describe('what sluice.config.json says of a model', () => {
  it('is who answers when it cannot, unless the request names others', async () => {
    pair.upstream.next({ status: 401 });
    pair.upstream.script({ text: 'From the second.' });
    const events = await run({ model: 'openai/priced' });
    expect(lastOf(events, 'run-fallback')).toMatchObject({ from: 'openai/priced', to: 'anthropic/second' });
    expect(textOf(events)).toBe('From the second.');
    pair.upstream.next({ status: 401 });
    const alone = await run({ model: 'openai/priced', fallbackModels: [] });
    expect(lastOf(alone, 'error')?.code).toBe('upstream_auth');
  });

  it('is how long its phases may take', async () => {
    pair.upstream.script({ hang: 'first' });
    const began = performance.now();
    expect(lastOf(await run({ model: 'openai/hasty' }), 'error')?.code).toBe('first_token_timeout');
    expect(performance.now() - began).toBeLessThan(2000);
    pair.upstream.script({ tokens: 300, delayMs: 20 });
    expect(lastOf(await run({ model: 'openai/patient' }), 'error')?.code).toBe('run_timeout');
  });

  it.each(['headers', 'first'] as const)(
    'is who answers when it does not begin in time (%s)',
    async (hang) => {
      pair.upstream.next({ hang });
      pair.upstream.script({ text: 'In time.' });
      const events = await run({ model: 'openai/helped' });
      expect(lastOf(events, 'run-fallback')).toMatchObject({
        from: 'openai/helped',
        to: 'openai/priced',
        reason: 'first_token_timeout',
      });
      expect(textOf(events)).toBe('In time.');
      expect(lastOf(events, 'run-end')?.reason).toBe('complete');
      await expect.poll(() => pair.upstream.stats.active).toBe(0);
      pair.upstream.script({ hang });
      const late = await run({ model: 'openai/hasty', fallbackModels: ['openai/helped'] });
      expect(lastOf(late, 'error')?.code).toBe('first_token_timeout');
      expect(lastOf(late, 'run-end')?.reason).toBe('timeout');
    },
  );

  it('is whether it goes on with an answer by itself, or is asked to', async () => {
    const person = await makePerson(pair.server, { hasGallery: false });
    for (const [model, roles, options] of [
      ['openai/goes-on', ['user', 'assistant'], {}],
      ['openai/goes-on', ['user', 'assistant', 'user'], { reasoning: 'low' }],
      ['openai/priced', ['user', 'assistant', 'user'], {}],
    ] as const) {
      const created = await pair.server.call('/api/conversations', { body: {}, token: person.session });
      const { id: conversationId } = (await created.json()) as { id: string };
      pair.upstream.script({ tokens: 400, delayMs: 10 });
      const response = await ask({ model, conversationId }, person.session);
      const events = [];
      for await (const event of iterateEvents(response)) {
        events.push(event);
        if (event.seq !== 8) continue;
        const runId = response.headers.get('x-run-id');
        const stop = await pair.server.call(`/api/runs/${runId}/stop`, {
          method: 'POST',
          token: person.session,
        });
        expect(((await stop.json()) as StopResult).state).toBe('stopped');
      }
      pair.upstream.script({ text: ' and on.' });
      const start = lastOf(events, 'run-start');
      const turn = { conversationId, parentId: start?.messageId, continue: true, message: undefined };
      const body = { model, ...turn, ...options };
      expect(lastOf(await readEvents(await ask(body, person.session)), 'run-end')?.reason).toBe('complete');
      const sent = pair.upstream.lastReceived.body['messages'] as { role: string }[];
      expect(sent.map(({ role }) => role)).toEqual(roles);
    }
  });

  it('is told by GET /api/models, with its aliases and its price', async () => {
    const response = await pair.server.call('/api/models');
    const { models } = (await response.json()) as { models: { id: string }[] };
    expect(models.find(({ id }) => id === 'openai/priced')).toMatchObject({
      aliases: ['cheap'],
      maxOutputTokens: 1000,
      price: { inputPerMTok: 2, outputPerMTok: 10, cacheReadPerMTok: 0.5 },
      available: true,
    });
    expect(models.find(({ id }) => id === 'anthropic/second')).toMatchObject({
      capabilities: { images: false },
      price: null,
    });
  });
});

describe('an image in a question', () => {
  const data = Buffer.from('a picture of nothing much').toString('base64');
  const content = [
    { type: 'text', text: 'What is it?' },
    { type: 'image', mediaType: 'image/png', data },
  ];

  it.each([
    ['anthropic/claude-x', (body: string) => body.includes(`"media_type":"image/png","data":"${data}"`)],
    ['openai/gpt-x', (body: string) => body.includes(`"url":"data:image/png;base64,${data}"`)],
    ['openai/responses', (body: string) => body.includes(`"image_url":"data:image/png;base64,${data}"`)],
    ['gemini/flash-x', (body: string) => body.includes(data) && body.includes('inlineData')],
    ['ollama/llava-x', (body: string) => body.includes(`"images":["${data}"]`)],
    ['openrouter/some/model', (body: string) => body.includes(`"url":"data:image/png;base64,${data}"`)],
  ])('reaches %s as that one takes it', async (model, hasImage) => {
    const events = await run({ model, message: undefined, messages: [{ role: 'user', content }] });
    expect(lastOf(events, 'run-end')?.reason).toBe('complete');
    expect(hasImage(JSON.stringify(pair.upstream.lastReceived.body))).toBe(true);
  });

  it('is refused by name where the model takes none', async () => {
    const body = { model: 'anthropic/second', message: undefined, messages: [{ role: 'user', content }] };
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'unsupported_option',
      detail: expect.stringContaining('messages.0.content.1'),
    });
  });
});

describe('reasoning', () => {
  const asked = (model: string) =>
    pair.server.call('/api/chat', { body: { model, message: 'Think.', reasoning: 'low' } });

  it.each([
    ['anthropic/claude-sonnet-5-5', '"effort":"low"'],
    ['openai/gpt-6.1-sol', '"reasoning_effort":"low"'],
    ['openai/responses', '"reasoning":{"effort":"low"'],
    ['gemini/flash-x', '"thinkingLevel":"LOW"'],
    ['ollama/thinker', '"think":true'],
    ['openrouter/some/model', '"reasoning":{"effort":"low"}'],
  ])('is asked of %s as that one takes it', async (model, sent) => {
    pair.upstream.script({ reasoning: 'Hm.', text: 'Yes.' });
    const response = await asked(model);
    expect(await response.json()).toMatchObject({ message: { content: 'Yes.', reasoning: 'Hm.' } });
    expect(JSON.stringify(pair.upstream.lastReceived.body)).toContain(sent);
  });

  it('is refused of a model that is not known to think, with what it takes', async () => {
    const response = await asked('openai/gpt-4.1');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'unsupported_option',
      detail: expect.stringMatching(/^reasoning: /),
    });
  });
});
