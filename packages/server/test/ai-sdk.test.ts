import { randomUUID } from 'node:crypto';
import { answerMetadataSchema } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { type AiSdkChatOptions, type AiSdkMessage, aiSdkMajors } from './_support/ai-sdk-majors.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer();
const api = () => `${pair.server.url}/api/ai-sdk/chat`;
const headers = () => ({ Authorization: `Bearer ${pair.server.token}` });

const textOf = (message: AiSdkMessage | undefined) =>
  message?.parts.map(({ type, text }) => (type === 'text' ? text : '')).join('');
const tokens = (count: number) => Array.from({ length: count }, (_, index) => ` t${index}`).join('');

describe.each(aiSdkMajors)('the chat that useChat of AI SDK %s is made of', (_major, sdk) => {
  function open(options: Partial<AiSdkChatOptions> & { body?: object } = {}) {
    const { body, ...rest } = options;
    return new sdk.Chat({
      id: `c/1 ${randomUUID()}`,
      transport: new sdk.DefaultChatTransport({ api: api(), headers, body }),
      messageMetadataSchema: answerMetadataSchema,
      ...rest,
    });
  }

  const stop = (id: string, query = '') =>
    pair.server.call(`/api/ai-sdk/chat/${encodeURIComponent(id)}/stop${query}`, { method: 'POST' });

  it('shows what a model thinks and says, and has usage, cost and model as metadata', async () => {
    pair.upstream.script({ reasoning: 'Let me see.', text: 'Hello there' });
    const ends: unknown[] = [];
    const chat = open({ onFinish: ({ finishReason }) => ends.push(finishReason) });
    await chat.sendMessage({ text: 'Hi' }, { body: { systemPrompt: 'Be brief', model: 'openai/gpt-4.1' } });
    expect(chat).toMatchObject({ status: 'ready', error: undefined });
    const [prompt, answer, ...more] = chat.messages;
    expect(more).toEqual([]);
    expect(prompt).toMatchObject({ role: 'user' });
    expect(answer?.role).toBe('assistant');
    expect(answer?.parts).toMatchObject([
      { type: 'step-start' },
      { type: 'reasoning', text: 'Let me see.', state: 'done' },
      { type: 'text', text: 'Hello there', state: 'done' },
    ]);
    expect(answer?.metadata).toMatchObject({
      runId: answer?.id,
      model: 'openai/gpt-4.1',
      provider: 'openai',
      reason: 'complete',
      usage: { inputTokens: 12, source: 'provider' },
      cost: { source: 'catalog' },
      saved: true,
      timing: { totalMs: expect.any(Number) },
    });
    expect(ends).toEqual(['stop']);
    expect(pair.upstream.lastReceived.body['messages']).toEqual([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('sends what was said before, without thoughts, with images', async () => {
    const url = 'data:image/png;base64,aGFsbG8=';
    const chat = open({ body: { model: 'openai/gpt-4.1' } });
    pair.upstream.script({ reasoning: 'Hm.', text: 'Hello' });
    await chat.sendMessage({ text: 'Hi' });
    await chat.sendMessage({ text: 'Look', files: [{ type: 'file', mediaType: 'image/png', url }] });
    expect(chat.status).toBe('ready');
    expect(pair.upstream.lastReceived.body['messages']).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: 'Look' },
        ],
      },
    ]);
    await chat.regenerate();
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(pair.upstream.lastReceived.body['messages']).toHaveLength(3);
  });

  it('shows why a request was refused', async () => {
    const chat = open({ body: { model: 'nobody/has-this' } });
    await chat.sendMessage({ text: 'Hi' });
    expect(chat.status).toBe('error');
    expect(JSON.parse(chat.error?.message ?? '')).toMatchObject({ status: 404, code: 'model_not_found' });
    expect(pair.upstream.stats.requests).toBe(0);
  });

  it.each([
    ['an error', { error: 'mid-stream' as const }],
    ['an end without a terminal', { end: 'truncate' as const }],
  ])('shows %s of the provider as an error, with the text so far, and can go on', async (_what, fault) => {
    pair.upstream.next({ tokens: 8, after: 4, ...fault });
    const chat = open();
    await chat.sendMessage({ text: 'Hi' });
    expect(chat.status).toBe('error');
    expect(chat.error?.message).toMatch(/^[A-Z][\w' ]+$/);
    expect(textOf(chat.messages[1])).toBe(tokens(4));
    expect(chat.messages[1]?.metadata?.reason).toBe('error');
    await chat.sendMessage({ text: 'And?' });
    expect([chat.status, chat.messages.length]).toEqual(['ready', 4]);
  });

  it('tells of retries without keeping them', async () => {
    pair.upstream.next({ status: 503 });
    const told: string[] = [];
    const chat = open({ onData: ({ type }) => told.push(type) });
    await chat.sendMessage({ text: 'Hi' });
    expect(chat.status).toBe('ready');
    expect(told).toEqual(['data-run-retry']);
    expect(chat.messages[1]?.parts.map(({ type }) => type)).toEqual(['step-start', 'text']);
  });

  it('ends the upstream call after its grace when stop() is all that is done', async () => {
    pair.upstream.script({ tokens: 500, delayMs: 5 });
    const chat = open({ body: { graceMs: 150 } });
    const sending = chat.sendMessage({ text: 'Hi' });
    await expect.poll(() => pair.upstream.stats.tokens).toBeGreaterThan(3);
    await chat.stop();
    await sending;
    expect(chat.status).toBe('ready');
    expect(pair.upstream.stats.active).toBe(1);
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
    expect(pair.upstream.stats.aborted).toBe(1);
  });

  it('ends the upstream call at once when the stop route is called, and keeps the text', async () => {
    pair.upstream.script({ tokens: 500, delayMs: 5 });
    const id = `c/1 ${randomUUID()}`;
    const chat = open({ id });
    const sending = chat.sendMessage({ text: 'Hi' });
    await expect.poll(() => pair.upstream.stats.tokens).toBeGreaterThan(3);
    const stopped = await stop(id);
    expect(pair.upstream.stats.active).toBe(0);
    expect(await stopped.json()).toMatchObject({ state: 'stopped', runId: chat.messages[1]?.id });
    await sending;
    expect(chat.status).toBe('ready');
    expect(chat.messages[1]).toMatchObject({
      metadata: { reason: 'stopped' },
      parts: [{ type: 'step-start' }, { type: 'text', state: 'done' }],
    });
    expect(textOf(chat.messages[1])).toMatch(/^ t0 t1 t2/);
  });

  it.each([
    ['nothing', false],
    ['a part', true],
  ])('comes back to its answer after a reload that has kept %s of it', async (_what, hasPart) => {
    pair.upstream.script({ reasoning: 'Hm.', tokens: 60, delayMs: 5 });
    const id = `c/1 ${randomUUID()}`;
    const before = open({ id });
    const sending = before.sendMessage({ text: 'Hi' });
    await expect.poll(() => textOf(before.messages[1])).toMatch(/ t9/);
    const kept = structuredClone(before.messages).slice(0, hasPart ? 2 : 1);
    await before.stop();
    await sending;
    const after = open({ id, messages: kept });
    await after.resumeStream();
    expect(after.status).toBe('ready');
    expect(after.messages).toHaveLength(2);
    expect(after.messages[1]).toMatchObject({
      id: before.messages[1]?.id,
      metadata: { reason: 'complete' },
      parts: [{ type: 'step-start' }, { type: 'reasoning', text: 'Hm.' }, { type: 'text' }],
    });
    expect(textOf(after.messages[1])).toBe(tokens(60));
    expect(pair.upstream.stats).toMatchObject({ requests: 1, completed: 1 });
  });

  it('comes back to nothing when nothing is being answered', async () => {
    const id = `c/1 ${randomUUID()}`;
    const chat = open({ id });
    await chat.resumeStream();
    expect([chat.status, chat.messages.length]).toEqual(['ready', 0]);
    await chat.sendMessage({ text: 'Hi' });
    await chat.resumeStream();
    expect([chat.status, chat.messages.length]).toEqual(['ready', 2]);
  });

  it('reads plain text', async () => {
    pair.upstream.script({ text: 'Hello 👩‍👩‍👧', split: 'bytes' });
    const transport = new sdk.TextStreamChatTransport({ api: `${api()}?protocol=text`, headers });
    const chat = open({ transport });
    await chat.sendMessage({ text: 'Hi' });
    expect([chat.status, textOf(chat.messages[1])]).toEqual(['ready', 'Hello 👩‍👩‍👧']);
    pair.upstream.script({ tokens: 8, end: 'truncate' });
    await chat.sendMessage({ text: 'Hi' });
    expect(chat.status).toBe('error');
  });
});
