import { randomUUID } from 'node:crypto';
import { type UIMessage, callChatApi } from '@ai-sdk/ui-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { useServer } from './_support/use-server.ts';
import { writeModelsConfig } from './_support/write-models-config.ts';

const blind = 'openai/blind';
const pair = useServer({
  SLUICE_CONFIG: writeModelsConfig({ models: { [blind]: { capabilities: { images: false } } } }),
});
const image = { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,aGk=' };
let stranger: string;
beforeAll(async () => {
  const other = { email: 'other@example.com', name: 'tests' };
  ({ token: stranger } = await pair.server.rooms.auth.createAppToken(other));
});

const long = { tokens: 500, delayMs: 5 };
const ask = (id: string, more: object = {}, init: { token?: string; signal?: AbortSignal } = {}) =>
  pair.server.call('/api/ai-sdk/chat', { body: { id, message: 'Hi', ...more }, ...init });
const pathOf = (id: string) => `/api/ai-sdk/chat/${encodeURIComponent(id)}`;
const resume = (id: string, token?: string) =>
  pair.server.call(`${pathOf(id)}/stream`, token === undefined ? {} : { token });
const stop = (id: string, query = '', token = pair.server.token) =>
  pair.server.call(`${pathOf(id)}/stop${query}`, { method: 'POST', token });
const runIdOf = (response: Response) => response.headers.get('x-run-id') ?? '';

/** The chunks of a UI message stream. */
function read(stream: string): { type: string; [field: string]: unknown }[] {
  const frames = stream.split('\n\n').filter((frame) => frame.startsWith('data: {'));
  return frames.map((frame) => JSON.parse(frame.slice('data: '.length)));
}
const textOf = (stream: string) =>
  read(stream)
    .map(({ delta }) => (typeof delta === 'string' ? delta : ''))
    .join('');

describe('POST /api/ai-sdk/chat', () => {
  it('answers with the headers of its protocols', async () => {
    const ui = await ask('c');
    expect(ui.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    expect(ui.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await ui.text()).toMatch(/"finishReason":"stop".*\n\ndata: \[DONE\]\n\n$/);
    const data = await pair.server.call('/api/ai-sdk/chat?protocol=data', { body: { message: 'Hi' } });
    expect(data.headers.get('x-vercel-ai-data-stream')).toBe('v1');
    expect(data.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await data.text()).toMatch(/^f:.*\nd:\{"finishReason":"stop",.*\}\n$/s);
    const text = await pair.server.call('/api/ai-sdk/chat?format=text', { body: { message: 'Hi' } });
    expect(await text.text()).toMatch(/^This is the fake upstream/);
  });

  it.each([
    ['?protocol=sse', { message: 'Hi' }, 'protocol: '],
    ['?format=content', { message: 'Hi' }, 'format: must be text'],
    ['', { messages: [{ role: 'user', parts: [{ type: 'tool-x' }] }] }, 'messages.0.parts.0.type: tools'],
    ['', { message: 'Hi', parentId: 'x' }, 'parentId: needs a conversationId'],
  ])('refuses %s %j, naming the field', async (query, body, detail) => {
    const response = await pair.server.call(`/api/ai-sdk/chat${query}`, { body });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining(detail),
    });
    expect(pair.upstream.stats.requests).toBe(0);
  });

  it('names what it has no use for, whatever its name', async () => {
    const response = await ask('c', { webSearch: true, 'a,b\né': 1, ['x'.repeat(99)]: 1 });
    expect(response.headers.get('x-sluice-dropped')).toBe(`webSearch, a?b??, ${'x'.repeat(64)}`);
    expect(response.status).toBe(200);
    await response.text();
  });

  it('stores what is new in a conversation, and answers a stored prompt again', async () => {
    const { id: conversationId } = (await (
      await pair.server.call('/api/conversations', { body: {} })
    ).json()) as { id: string };
    const first = read(await (await ask('c', { conversationId })).text());
    const { messageId, messageMetadata } = first[0] as unknown as {
      messageId: string;
      messageMetadata: { userMessageId: string };
    };
    const said = { role: 'user', parts: [{ type: 'text', text: 'And?' }] };
    const messages = [{ role: 'user', parts: [{ type: 'text', text: 'not what was stored' }] }, said];
    await (await ask('c', { message: undefined, messages, conversationId, parentId: messageId })).text();
    expect(JSON.stringify(pair.upstream.lastReceived.body['messages'])).toMatch(
      /"Hi".*fake upstream.*"And\?"/,
    );
    const again = { trigger: 'regenerate-message', conversationId, parentId: messageMetadata.userMessageId };
    await (await ask('c', again)).text();
    const stored = (await (
      await pair.server.call(`/api/conversations/${conversationId}/messages`)
    ).json()) as { messages: { id: string; parentId: string; role: string }[] };
    expect(stored.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'assistant',
    ]);
    expect(stored.messages[1]?.id).toBe(messageId);
    expect(stored.messages[4]?.parentId).toBe(messageMetadata.userMessageId);
  });

  it('takes the chat for a part of what an Idempotency-Key stands for', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const post = (id: string) =>
      pair.server.call('/api/ai-sdk/chat', { body: { id, message: 'Hi' }, headers: key });
    const [first, again, other] = [await post('a'), await post('a'), await post('b')];
    expect([first.status, again.status, other.status]).toEqual([200, 200, 422]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(textOf(await again.text())).toBe(textOf(await first.text()));
  });

  it('takes fields of the app for a part of it, too', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const post = async (webSearch: boolean) => {
      const response = await pair.server.call('/api/ai-sdk/chat', {
        body: { id: 'c', message: 'Hi', webSearch },
        headers,
      });
      await response.text();
      return response.status;
    };
    expect([await post(true), await post(true), await post(false)]).toEqual([200, 200, 422]);
  });

  it.each([
    ['messages', 'messages.3.parts.1'],
    ['message', 'message.parts.1'],
  ])('names an image that the model does not take as the caller has it, in %s', async (field, name) => {
    const said = (role: string, ...parts: object[]) => ({ role, parts });
    const text = { type: 'text', text: 'Hi' };
    const shown = said('user', { type: 'step-start' }, image, text);
    const history = [said('user', text), said('assistant'), said('system', text), shown];
    const body = { model: blind, [field]: field === 'message' ? shown : history };
    const response = await pair.server.call('/api/ai-sdk/chat', { body });
    const detail = `${name}: model ${blind} does not take images`;
    expect(await response.json()).toMatchObject({ code: 'unsupported_option', detail });
  });
});

describe('GET /api/ai-sdk/chat/:id/stream', () => {
  it('tells the whole answer from its start, with one delta for what is there', async () => {
    pair.upstream.script({ tokens: 40, delayMs: 5 });
    const response = await ask('a/b %c');
    await expect.poll(() => pair.upstream.stats.tokens).toBeGreaterThan(10);
    const again = await resume('a/b %c');
    expect([again.status, runIdOf(again)]).toEqual([200, runIdOf(response)]);
    const [one, other] = [await response.text(), await again.text()];
    expect(textOf(other)).toBe(textOf(one));
    expect(read(other)[0]).toEqual(read(one)[0]);
    expect(String(read(other).find(({ type }) => type === 'text-delta')?.['delta'])).toMatch(
      /^ t0 t1 t2 t3 /,
    );
    expect(read(other).length).toBeLessThan(read(one).length);
    expect((await resume('a/b %c')).status).toBe(204);
  });

  it('gives the newest answer of a chat, and not an older one that runs out its grace', async () => {
    pair.upstream.next(long);
    const leaving = new AbortController();
    const older = await ask('c', {}, { signal: leaving.signal });
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    leaving.abort();
    await (await ask('c')).text();
    expect((await resume('c')).status).toBe(204);
    expect((await stop('c', `?runId=${runIdOf(older)}`)).status).toBe(200);
    expect(pair.upstream.stats.active).toBe(0);
  });

  it("shows nobody another user's answer, not even that there is one", async () => {
    pair.upstream.script(long);
    const response = await ask('c');
    expect((await resume('c', stranger)).status).toBe(204);
    expect((await stop('c', '', stranger)).status).toBe(404);
    expect((await stop('c', `?runId=${runIdOf(response)}`, stranger)).status).toBe(404);
    const theirs = await ask('c', {}, { token: stranger });
    const seen = await resume('c', stranger);
    expect(runIdOf(seen)).toBe(runIdOf(theirs));
    expect((await stop('c', '', stranger)).status).toBe(200);
    await Promise.all([theirs.text(), seen.text()]);
    expect(pair.upstream.stats.active).toBe(1);
    await stop('c');
    await response.text();
  });

  it.each([
    ['that no chat has', '%00'],
    ['that is too long for one', 'x'.repeat(256)],
    ['that nobody has asked in', 'never-asked'],
  ])('answers 204 for an id %s', async (_which, id) => {
    expect((await pair.server.call(`/api/ai-sdk/chat/${id}/stream`)).status).toBe(204);
    const stopped = await pair.server.call(`/api/ai-sdk/chat/${id}/stop`, { method: 'POST' });
    expect(stopped.status).toBe(404);
  });

  it('refuses a path that is no UTF-8', async () => {
    expect((await pair.server.call('/api/ai-sdk/chat/%ff/stream')).status).toBe(400);
  });

  it('takes a HEAD for no follower', async () => {
    pair.upstream.script(long);
    const leaving = new AbortController();
    await ask('c', { onDisconnect: 'abort' }, { signal: leaving.signal });
    const head = await pair.server.call(`${pathOf('c')}/stream`, { method: 'HEAD' });
    expect([head.status, head.headers.get('x-vercel-ai-ui-message-stream')]).toEqual([200, 'v1']);
    leaving.abort();
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
  });
});

describe('POST /api/ai-sdk/chat/:id/stop', () => {
  it('ends the answer before its first token too, and says how it had ended when it is repeated', async () => {
    pair.upstream.script({ hang: 'headers' });
    const response = await ask('c');
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    const stopped = await stop('c');
    expect(await stopped.json()).toMatchObject({ runId: runIdOf(response), state: 'stopped' });
    expect(pair.upstream.stats.active).toBe(0);
    const chunks = read(await response.text());
    expect(chunks.at(-1)).toEqual({ type: 'abort', reason: 'stopped' });
    expect(await (await stop('c')).json()).toMatchObject({ state: 'stopped' });
  });

  it('leaves the next answer alone when it comes late and says which it is for', async () => {
    pair.upstream.script(long);
    const first = await ask('c');
    await stop('c');
    await first.text();
    const second = await ask('c');
    const late = await stop('c', `?runId=${runIdOf(first)}`);
    expect(await late.json()).toMatchObject({ runId: runIdOf(first), state: 'stopped' });
    expect((await stop('another', `?runId=${runIdOf(second)}`)).status).toBe(404);
    expect(pair.upstream.stats.active).toBe(1);
    await stop('c', `?runId=${runIdOf(second)}`);
    expect(pair.upstream.stats.active).toBe(0);
    await second.text();
  });
});

describe('AI SDK 4', () => {
  /** As its `useChat` asks. */
  async function chat(text: string) {
    const updates: string[] = [];
    const ends: { message: UIMessage; finishReason: string; usage: unknown }[] = [];
    const message = {
      id: 'm1',
      role: 'user' as const,
      content: text,
      parts: [{ type: 'text' as const, text }],
    };
    await callChatApi({
      api: `${pair.server.url}/api/ai-sdk/chat?protocol=data`,
      body: { id: 'c', messages: [message] },
      streamProtocol: 'data',
      credentials: undefined,
      headers: { Authorization: `Bearer ${pair.server.token}` },
      abortController: undefined,
      restoreMessagesOnFailure: () => undefined,
      onResponse: undefined,
      onUpdate: ({ message: { content } }) => updates.push(content),
      onFinish: (answer, end) => ends.push({ message: answer as UIMessage, ...end }),
      onToolCall: undefined,
      generateId: randomUUID,
      fetch,
      lastMessage: message,
    });
    return { updates, end: ends[0] };
  }

  it('reads text, thoughts, usage and annotations', async () => {
    pair.upstream.script({ reasoning: 'Hm.', text: 'Hello there', delayMs: 5 });
    const { updates, end } = await chat('Hi');
    expect(updates.length).toBeGreaterThan(2);
    expect(end?.message).toMatchObject({ role: 'assistant', content: 'Hello there', reasoning: 'Hm.' });
    expect(end?.message.annotations).toEqual([
      expect.objectContaining({ runId: end?.message.id }),
      expect.objectContaining({ reason: 'complete', cost: expect.anything() }),
    ]);
    expect(end).toMatchObject({ finishReason: 'stop', usage: { promptTokens: 12 } });
  });

  it('fails for an answer that is cut, and for a request that is refused', async () => {
    pair.upstream.next({ tokens: 8, end: 'truncate' });
    await expect(chat('Hi')).rejects.toThrow(/before the answer was whole$/);
    await expect(chat('a\0b')).rejects.toThrow('U+0000');
  });
});
