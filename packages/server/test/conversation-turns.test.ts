import { foldEvents } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { ask, createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { iterateEvents, readEvents } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const send = (body: { conversationId: string } & Record<string, unknown>) => ask(pair.server, body);
const messagesOf = (id: string) => readMessages(pair.server, id);
/** What the model was told last, as `role: text`. */
const told = () => {
  const { messages } = pair.upstream.lastReceived.body as {
    messages: { role: string; content: string | { text?: string }[] }[];
  };
  return messages.map(({ role, content }) => {
    const text =
      typeof content === 'string' ? content : content.map((part) => part.text ?? '[image]').join('');
    return `${role}: ${text}`;
  });
};

/** Asks, and stops the answer when it has begun. */
async function askAndStop(conversationId: string) {
  pair.upstream.next({ tokens: 500, delayMs: 5 });
  const response = await pair.server.call('/api/chat/stream', {
    body: { conversationId, message: 'Count.' },
  });
  const runId = response.headers.get('x-run-id') ?? '';
  const events = [];
  for await (const event of iterateEvents(response)) {
    events.push(event);
    if (events.length === 5) await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST' });
  }
  const answer = foldEvents(events.map(({ event }) => event));
  return { runId, answer, messageId: answer.start?.messageId ?? '' };
}

async function refusal(body: Record<string, unknown>) {
  const response = await pair.server.call('/api/chat/stream', { body });
  return { status: response.status, ...((await response.json()) as { code: string; detail: string }) };
}

describe('Send', () => {
  it('stores prompt and answer, and tells the model what was said before', async () => {
    const { id } = await createConversation(pair.server);
    pair.upstream.next({ text: 'I am well.', reasoning: 'How am I?' }, { text: 'Paris.' });
    const first = await send({ conversationId: id, message: 'How are you?' });
    await send({ conversationId: id, message: 'Capital of France?' });
    expect(told()).toEqual(['user: How are you?', 'assistant: I am well.', 'user: Capital of France?']);
    const stored = await messagesOf(id);
    expect(stored.map(({ role, content, parentId }) => [role, content, parentId])).toEqual([
      ['user', 'How are you?', null],
      ['assistant', 'I am well.', first.userMessageId],
      ['user', 'Capital of France?', first.messageId],
      ['assistant', 'Paris.', stored[2]?.id],
    ]);
    expect(stored[1]).toMatchObject({
      id: first.messageId,
      runId: first.runId,
      reason: 'complete',
      reasoning: 'How am I?',
      provider: 'anthropic',
      usage: { source: 'provider', inputTokens: 12 },
      timing: { totalMs: expect.any(Number) },
    });
  });

  it('makes the title from the first prompt, without asking a model, and keeps one that was given', async () => {
    const { id } = await createConversation(pair.server);
    const named = await createConversation(pair.server, { title: 'Mine' });
    const prompt = 'Explain\n\nbackpressure in streams, with an example that a beginner understands at once';
    await send({ conversationId: id, message: prompt });
    await send({ conversationId: named.id, message: prompt });
    expect(pair.upstream.stats.requests).toBe(2);
    const read = async (which: string) =>
      ((await (await pair.server.call(`/api/conversations/${which}`)).json()) as { title: string }).title;
    expect(await read(id)).toBe('Explain backpressure in streams, with an example that a…');
    expect(await read(named.id)).toBe('Mine');
  });

  it('makes one title when two first prompts come at once, and finds it by that one alone', async () => {
    const { auth, database } = pair.server.rooms;
    const { userId } = await auth.authenticate(pair.server.token);
    for (let round = 0; round < 10; round += 1) {
      const { id } = await createConversation(pair.server);
      const prompts = ['walnut', 'hazelnut'];
      await Promise.all(prompts.map((message) => send({ conversationId: id, message })));
      const conversation = await pair.server.call(`/api/conversations/${id}`);
      const { title } = (await conversation.json()) as { title: string };
      const found = await Promise.all(
        prompts.map(async (word) => {
          const hits = await database.search.find({
            userId,
            words: [word],
            before: Number.MAX_SAFE_INTEGER,
            limit: 100,
          });
          const isFound = hits.some((hit) => hit.conversationId === id && hit.messageId === null);
          return isFound ? [word] : [];
        }),
      );
      expect(found.flat()).toEqual([title]);
    }
  });

  it('tells a JSON client where its messages are', async () => {
    const { id } = await createConversation(pair.server);
    const response = await pair.server.call('/api/chat', { body: { conversationId: id, message: 'Hi' } });
    const { conversationId, messageId, userMessageId } = (await response.json()) as Record<string, string>;
    expect(conversationId).toBe(id);
    expect((await messagesOf(id)).map((message) => message.id)).toEqual([userMessageId, messageId]);
  });

  it('makes an edited prompt a sibling, of the first one too', async () => {
    const { id } = await createConversation(pair.server);
    const first = await send({ conversationId: id, message: 'A' });
    const second = await send({ conversationId: id, message: 'B' });
    const edited = await send({ conversationId: id, message: 'B2', parentId: first.messageId });
    expect(told().slice(0, 1).concat(told().slice(2))).toEqual(['user: A', 'user: B2']);
    const restarted = await send({ conversationId: id, message: 'A2', parentId: null });
    expect(told()).toEqual(['user: A2']);
    const parents = new Map((await messagesOf(id)).map(({ id: message, parentId }) => [message, parentId]));
    expect(parents.get(second.userMessageId ?? '')).toBe(first.messageId);
    expect(parents.get(edited.userMessageId ?? '')).toBe(first.messageId);
    expect(parents.get(restarted.userMessageId ?? '')).toBeNull();
  });

  it('makes parallel posts siblings, and loses none', async () => {
    const { id } = await createConversation(pair.server);
    const first = await send({ conversationId: id, message: 'A' });
    pair.upstream.script({ tokens: 20, delayMs: 5 });
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, index) => send({ conversationId: id, message: `B${index}` })),
    );
    expect(all.every(({ reason }) => reason === 'complete')).toBe(true);
    const stored = await messagesOf(id);
    expect(stored).toHaveLength(18);
    const prompts = stored.filter(({ role, content }) => role === 'user' && content !== 'A');
    expect(prompts.map(({ parentId }) => parentId)).toEqual(Array(8).fill(first.messageId));
  });

  it('is refused under a parent that is not there, or is still being written', async () => {
    const { id } = await createConversation(pair.server);
    const other = await createConversation(pair.server);
    const { messageId } = await send({ conversationId: other.id, message: 'Elsewhere' });
    for (const parentId of ['nowhere', messageId]) {
      expect(await refusal({ conversationId: id, message: 'Hi', parentId })).toMatchObject({
        status: 400,
        code: 'invalid_request',
        detail: 'parentId: the conversation has no such message',
      });
    }
    pair.upstream.next({ hang: 'mid' });
    const running = await pair.server.call('/api/chat/stream', {
      body: { conversationId: id, message: 'Hi' },
    });
    const events = iterateEvents(running);
    const { value } = await events.next();
    const start = foldEvents([value?.event]).start;
    expect(await refusal({ conversationId: id, message: 'Hi', parentId: start?.messageId })).toMatchObject({
      status: 400,
      detail: 'parentId: that answer is still being written',
    });
    await events.return(undefined);
    expect(await messagesOf(id)).toHaveLength(2);
  });

  it('knows no conversation of others', async () => {
    const { token } = await pair.server.rooms.auth.createAppToken({
      email: 'o@example.com',
      name: 't',
      scopes: ['chat', 'history'],
    });
    const { id } = await createConversation(pair.server, { token });
    expect(await refusal({ conversationId: id, message: 'Hi' })).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    expect(pair.upstream.stats.requests).toBe(0);
  });
});

describe('Regenerate', () => {
  it('gives a second answer to the same prompt, and the conversation goes on from either', async () => {
    const { id } = await createConversation(pair.server);
    pair.upstream.next({ text: 'One.' }, { text: 'Two.' }, { text: 'Three.' });
    const first = await send({ conversationId: id, message: 'A' });
    const second = await send({ conversationId: id, parentId: first.userMessageId });
    expect(told()).toEqual(['user: A']);
    expect(second).toMatchObject({ text: 'Two.', userMessageId: undefined });
    await send({ conversationId: id, message: 'B', parentId: first.messageId });
    expect(told()).toEqual(['user: A', 'assistant: One.', 'user: B']);
  });

  it('takes a prompt alone', async () => {
    const { id } = await createConversation(pair.server);
    const { messageId } = await send({ conversationId: id, message: 'A' });
    expect(await refusal({ conversationId: id, parentId: messageId })).toMatchObject({
      status: 400,
      detail: 'parentId: must be a user message',
    });
  });
});

describe('Continue', () => {
  it('goes on with an answer that was stopped, as a message of its own', async () => {
    const { id } = await createConversation(pair.server);
    const stopped = await askAndStop(id);
    const text = stopped.answer.content;
    pair.upstream.next({ text: ' and the end.' }, { text: 'Yes.' });
    const more = await send({ conversationId: id, parentId: stopped.messageId, continue: true });
    expect(told().slice(0, 2)).toEqual(['user: Count.', `assistant: ${text}`]);
    expect((await messagesOf(id)).at(-1)).toMatchObject({
      id: more.messageId,
      parentId: stopped.messageId,
      continuesId: stopped.messageId,
      content: ' and the end.',
    });
    await send({ conversationId: id, message: 'Done?' });
    expect(told()).toEqual(['user: Count.', `assistant: ${text} and the end.`, 'user: Done?']);
  });

  it('takes an answer alone, and none that is complete', async () => {
    const { id } = await createConversation(pair.server);
    const { messageId, userMessageId } = await send({ conversationId: id, message: 'A' });
    for (const parentId of [messageId, userMessageId]) {
      expect(await refusal({ conversationId: id, parentId, continue: true })).toMatchObject({
        status: 400,
        detail: 'parentId: must be an answer that was cut short',
      });
    }
  });
});

describe('what is stored', () => {
  it.each([
    ['whole', {}],
    ['cut by its provider', { tokens: 40, end: 'reset' as const, after: 20 }],
    ['refused', { status: 400 }],
    ['full of odd characters', { text: `a\0b\u2028c\ud83d\ude00 \`\`\`x\r\n${'é'.repeat(300)}` }],
    ['long', { tokens: 5000 }],
  ])('is the fold of the events of an answer that is %s', async (_name, script) => {
    const { id } = await createConversation(pair.server);
    pair.upstream.next(script);
    const response = await pair.server.call('/api/chat/stream', {
      body: { conversationId: id, message: 'Hi' },
    });
    const folded = foldEvents((await readEvents(response)).map(({ event }) => event));
    expect(folded.end?.saved).toBe(true);
    const [, stored] = await messagesOf(id);
    expect(stored).toMatchObject({
      content: folded.content,
      reason: folded.end?.reason,
      ...(folded.error && { errorCode: folded.error.code }),
    });
  });

  it('is the partial answer, however the run ends', async () => {
    const { id } = await createConversation(pair.server);
    const stopped = await askAndStop(id);
    pair.upstream.next({ tokens: 500, delayMs: 5 });
    const leaving = new AbortController();
    const response = await pair.server.call('/api/chat/stream', {
      body: { conversationId: id, message: 'Again.' },
      signal: leaving.signal,
    });
    const events = iterateEvents(response);
    for (let count = 0; count < 5; count += 1) await events.next();
    leaving.abort();
    await events.return(undefined).catch(() => undefined);
    await expect.poll(async () => (await messagesOf(id)).at(-1)?.reason).toBe('disconnected');
    const stored = await messagesOf(id);
    expect(stored[1]).toMatchObject({ content: stopped.answer.content, reason: 'stopped' });
    expect(stored[3]?.content).toMatch(/^ t0 t1 t2/);
  });
});
