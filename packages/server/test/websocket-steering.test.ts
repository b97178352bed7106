import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { directive } from './_support/fake-upstream-script.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { type Frame, type TestSocket, openSocket } from './_support/open-socket.ts';
import { lastOf, readEvents } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';
import { writeModelsConfig } from './_support/write-models-config.ts';

const pair = useServer({
  MAX_RUNS_PER_USER: '1',
  SLUICE_CONFIG: writeModelsConfig({ models: { 'openai/plain': { capabilities: { images: false } } } }),
});
const model = 'openai/gpt-4.1';
const slow = { tokens: 1000, delayMs: 5 };
const chat = { type: 'chat', id: 'a', model, message: 'First' };
const steer = (content: unknown) => ({ type: 'steer', id: 'a', content });
const countOf = ({ frames }: TestSocket, type: string) =>
  frames.filter((frame) => frame.type === type).length;
const say = (role: string, content: string) => ({ role, content });

const hasType = (wanted: string) => (frame: Frame) => frame.type === wanted;
const png = {
  type: 'image',
  mediaType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
};

/** The messages of each upstream call. */
const asked = () => pair.upstream.received.map(({ body }) => body['messages'] as Message[]);

/** What each run said, in the order in which they came; no token stands twice, or in another's place. */
function answersOf(frames: readonly Frame[]): string[] {
  const answers: string[] = [];
  let last = 0;
  for (const frame of frames) {
    if (frame.seq === undefined) continue;
    if (frame.seq === 1) answers.push('');
    else expect(frame.seq).toBe(last + 1);
    last = frame.seq;
    if (frame.type === 'token') answers[answers.length - 1] += String(frame['content']);
  }
  return answers;
}

describe('a steer', () => {
  it('ends the answer, keeps what came of it, and goes on from there, with one end', async () => {
    pair.upstream.next(slow, { text: 'Then this.' });
    using socket = await openSocket(pair.server);
    socket.send({ ...chat, systemPrompt: 'Be brief.', temperature: 0.5 });
    await socket.until(() => socket.text().length > 30);
    const runId = (await socket.sees('run-start'))['runId'] as string;
    const beside = pair.server.call(`/api/runs/${runId}/events`).then(readEvents);
    socket.send(steer('Second'));
    const steered = await socket.sees('steered', 'a');
    const steeredAt = performance.timeOrigin + performance.now();
    await socket.sees('done', 'a');
    const [first = '', second] = answersOf(socket.frames);
    expect(second).toBe('Then this.');
    expect(asked()).toEqual([
      [say('system', 'Be brief.'), say('user', 'First')],
      [say('system', 'Be brief.'), say('user', 'First'), say('assistant', first), say('user', 'Second')],
    ]);
    expect(pair.upstream.lastReceived.body['temperature']).toBe(0.5);
    expect(pair.upstream.stats.abortTimes[0]?.atMs).toBeLessThan(steeredAt);
    expect(socket.frames.filter(({ type }) => type === 'run-start').map((frame) => frame['runId'])).toEqual([
      runId,
      steered['runId'],
    ]);
    expect([countOf(socket, 'done'), countOf(socket, 'error')]).toEqual([1, 0]);
    expect(socket.frames.at(-1)).toMatchObject({ type: 'done', reason: 'complete' });
    // Who follows the first otherwise is told why it ended.
    expect(lastOf(await beside, 'run-end')).toMatchObject({ reason: 'stopped', detail: 'steered' });
  });

  it('in a conversation stores what came, and the new message below it', async () => {
    pair.upstream.next(slow, { text: 'Then this.' }, { text: 'And that.' });
    const { id: conversationId } = await createConversation(pair.server);
    using socket = await openSocket(pair.server);
    socket.send({ ...chat, conversationId });
    await socket.until(() => socket.text().length > 30);
    socket.send(steer('Second'));
    await socket.sees('done', 'a');
    socket.send(steer([{ type: 'text', text: 'Third' }]));
    await socket.until(() => countOf(socket, 'done') === 2);
    const [first = ''] = answersOf(socket.frames);
    const messages = await readMessages(pair.server, conversationId);
    expect(messages.map(({ content }) => (typeof content === 'string' ? content : content[0]))).toEqual([
      'First',
      first,
      'Second',
      'Then this.',
      { type: 'text', text: 'Third' },
      'And that.',
    ]);
    expect(messages.map(({ parentId }) => parentId)).toEqual([
      null,
      ...messages.slice(0, -1).map(({ id }) => id),
    ]);
    expect(messages[1]).toMatchObject({ reason: 'stopped' });
    expect(
      asked()
        .at(-1)
        ?.map(({ content }) => content),
    ).toContain(first);
  });

  it.each([
    ['before anything came', { hang: 'first' as const }, 'run-start'],
    ['before the upstream answered', { hang: 'headers' as const }, 'run-start'],
    ['in the wait for another attempt', { status: 429, headers: { 'retry-after': '20' } }, 'run-retry'],
  ])('%s tells the model of no answer', async (_, script, type) => {
    pair.upstream.next(script, { text: 'Then this.' });
    using socket = await openSocket(pair.server);
    socket.send(chat);
    await socket.sees(type);
    socket.send(steer('Second'));
    await socket.sees('done', 'a');
    expect(asked().at(-1)).toEqual([say('user', 'First'), say('user', 'Second')]);
    expect(answersOf(socket.frames)).toEqual(['', 'Then this.']);
    expect([countOf(socket, 'done'), countOf(socket, 'error')]).toEqual([1, 0]);
  });

  it('of an answer that has ended is the next message', async () => {
    pair.upstream.next(
      { text: 'All of it.' },
      { text: 'Then this.' },
      { tokens: 4, after: 2, error: 'mid-stream' },
      {},
    );
    using socket = await openSocket(pair.server);
    socket.send(chat);
    for (const [index, content] of ['Second', 'Third', 'Fourth'].entries()) {
      await socket.until(() => countOf(socket, 'done') === index + 1);
      socket.send(steer(content));
    }
    await socket.until(() => countOf(socket, 'done') === 4);
    expect(asked().at(-1)).toEqual([
      say('user', 'First'),
      say('assistant', 'All of it.'),
      say('user', 'Second'),
      say('assistant', 'Then this.'),
      say('user', 'Third'),
      say('assistant', ' t0 t1'),
      say('user', 'Fourth'),
    ]);
    expect(countOf(socket, 'steered')).toBe(3);
  });

  it('that follows another at once goes on from that one', async () => {
    pair.upstream.script(slow);
    using socket = await openSocket(pair.server);
    for (const message of [chat, steer('Second'), steer('Third')]) socket.send(message);
    await socket.until(() => countOf(socket, 'steered') === 2 && socket.frames.at(-1)?.type === 'token');
    const users = asked()
      .at(-1)
      ?.filter(({ role }) => role === 'user');
    expect(users?.map(({ content }) => content)).toEqual(['First', 'Second', 'Third']);
    socket.send({ type: 'stop', id: 'a' });
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'stopped' });
    expect([countOf(socket, 'done'), countOf(socket, 'error')]).toEqual([1, 0]);
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
  });

  it('and a stop sent together with what they are for end the last of it', async () => {
    pair.upstream.script(slow);
    using socket = await openSocket(pair.server);
    for (const message of [chat, steer('Second'), { type: 'stop', id: 'a' }]) socket.send(message);
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'stopped' });
    expect([countOf(socket, 'steered'), countOf(socket, 'done'), countOf(socket, 'error')]).toEqual([
      1, 1, 0,
    ]);
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
  });

  const rounds = fullCounts ? 300 : 20;
  it(`at any time loses no token and repeats none, and has one end (× ${rounds})`, async () => {
    const random = randomFrom('steers');
    using socket = await openSocket(pair.server);
    for (let round = 0; round < rounds; round += 1) {
      pair.upstream.reset();
      const message = `First ${directive({ tokens: 12, delayMs: 2, firstDelayMs: 2 })}`;
      const next = `Second ${directive({ text: 'Then this.' })}`;
      const id = `round ${round}`;
      const begun = socket.frames.length;
      socket.send({ ...chat, id, message });
      await sleep(random() * 45);
      socket.send({ ...steer(next), id });
      await socket.sees('steered', id);
      const own = () => socket.frames.slice(begun);
      await socket.until(
        () =>
          own().findLastIndex(({ type }) => type === 'done') >
          own().findIndex(({ type }) => type === 'steered'),
      );
      const types = own().map(({ type }) => type);
      const [first = '', second] = answersOf(own());
      // Only an answer that had ended by itself has an end of its own.
      const isWhole = types.indexOf('done') < types.indexOf('steered');
      expect(types.filter((type) => type === 'done')).toHaveLength(isWhole ? 2 : 1);
      expect(types).not.toContain('error');
      expect(second).toBe('Then this.');
      const said = first === '' ? [] : [say('assistant', first)];
      expect(asked().at(-1)).toEqual([say('user', message), ...said, say('user', next)]);
      if (isWhole) expect(first).toContain(' t11');
    }
  });

  it(`of an answer that fails at about that time has one end, and no error but that of its own end (× ${rounds})`, async () => {
    const random = randomFrom('steers of failures');
    using socket = await openSocket(pair.server);
    const isOf = (id: string) => (frame: Frame) => frame.id === id;
    for (let round = 0; round < rounds; round += 1) {
      pair.upstream.reset();
      const message = `First ${directive({ tokens: 4, delayMs: 2, after: 3, error: 'mid-stream' })}`;
      const id = `round ${round}`;
      socket.send({ ...chat, id, message });
      await sleep(random() * 25);
      socket.send({ ...steer(`Second ${directive({ text: 'Then this.' })}`), id });
      await socket.until(
        (frames) =>
          frames.findLast(isOf(id))?.type === 'done' && frames.filter(isOf(id)).some(hasType('steered')),
      );
      const types = socket.frames.filter(isOf(id)).map(({ type }) => type);
      // One that failed before it was steered has its own error and end; of any other nothing is told of its end.
      const ends = types.slice(0, types.indexOf('steered')).filter((type) => /error|done/.test(type));
      expect(ends).toEqual(ends.length > 0 ? ['error', 'done'] : []);
      expect(types.filter((type) => /error|done/.test(type))).toEqual([...ends, 'done']);
    }
  });

  it('goes on from an answer although a chat was refused under its id meanwhile', async () => {
    pair.upstream.next({ text: 'All of it.' }, { text: 'Then this.' });
    using socket = await openSocket(pair.server);
    socket.send(chat);
    await socket.sees('done', 'a');
    socket.send({ ...chat, model: 'nowhere/none' });
    expect(await socket.sees('error', 'a')).toMatchObject({ code: 'model_not_found' });
    socket.send(steer('Second'));
    await socket.until(() => countOf(socket, 'done') === 2);
    expect(asked().at(-1)).toEqual([
      say('user', 'First'),
      say('assistant', 'All of it.'),
      say('user', 'Second'),
    ]);
  });

  it('of what was too large to be kept says so, and takes nothing from what was asked before', async () => {
    pair.upstream.next({ text: 'All of it.' }, {}, { text: 'Then this.' });
    using socket = await openSocket(pair.server);
    socket.send(chat);
    await socket.sees('done', 'a');
    socket.send({ ...chat, id: 'large', message: 'x'.repeat(300 * 1024) });
    await socket.sees('done', 'large');
    socket.send({ type: 'stop', id: 'large' });
    socket.send({ ...steer('Second'), id: 'large' });
    expect(await socket.sees('error')).toMatchObject({
      id: 'large',
      code: 'invalid_request',
      error: expect.stringMatching(/^id: .* too much to be kept/),
    });
    socket.send(steer('Second'));
    await socket.sees('steered', 'a');
    await socket.until(() => countOf(socket, 'done') === 3);
    expect([asked().at(-1)?.length, countOf(socket, 'error')]).toEqual([3, 1]);
  });

  it('in a conversation keeps no image for it, however large', async () => {
    pair.upstream.next({ text: 'All of it.' }, { text: 'Then this.' });
    const { id: conversationId } = await createConversation(pair.server);
    using socket = await openSocket(pair.server);
    const content = [{ ...png, data: 'A'.repeat(300 * 1024) }];
    socket.send({ type: 'chat', id: 'a', model, conversationId, messages: [{ role: 'user', content }] });
    await socket.sees('done', 'a');
    socket.send(steer('Second'));
    await socket.sees('steered', 'a');
    await socket.until(() => countOf(socket, 'done') === 2);
    expect(asked().at(-1)).toHaveLength(3);
  });

  it('under an id that is not known, or of an answer that was refused, does nothing', async () => {
    using socket = await openSocket(pair.server);
    socket.send({ ...steer('Second'), id: 'x' });
    expect(await socket.sees('error', 'x')).toMatchObject({ code: 'not_found' });
    socket.send({ ...chat, model: 'nowhere/none' });
    socket.send(steer('Second'));
    await socket.until(() => countOf(socket, 'error') === 3);
    expect(socket.frames.map((frame) => frame['code'])).toEqual([
      'not_found',
      'model_not_found',
      'not_found',
    ]);
    expect(pair.upstream.stats.requests).toBe(0);
  });
});

describe('a steer that is refused', () => {
  it('is none that takes the place of the answer it ends, where another answer finds no place', async () => {
    pair.upstream.script(slow);
    using socket = await openSocket(pair.server);
    socket.send(chat);
    await socket.sees('token', 'a');
    socket.send({ ...chat, id: 'b' });
    expect(await socket.sees('error', 'b')).toMatchObject({ code: 'too_many_runs', retryable: true });
    socket.send(steer('Second'));
    await socket.sees('steered', 'a');
    expect(countOf(socket, 'error')).toBe(1);
  });

  it('by a limit of what may begin leaves the answer as it ended, and says why', async () => {
    pair.upstream.script(slow);
    const { auth, limits } = pair.server.rooms;
    const { id: userId } = await auth.createUser({ email: 'limited@example.com', role: 'user' });
    const { token } = await auth.createAppToken({ email: 'limited@example.com', name: 'x' });
    await limits.change({ subject: 'user', id: userId, period: 'day', unit: 'requests', amount: 1 });
    using socket = await openSocket(pair.server, { token });
    socket.send(chat);
    await socket.sees('token');
    socket.send(steer('Second'));
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'stopped', detail: 'steered' });
    expect(socket.frames.at(-2)).toMatchObject({ type: 'error', id: 'a', code: 'budget_exceeded' });
    expect([countOf(socket, 'done'), countOf(socket, 'error'), countOf(socket, 'steered')]).toEqual([
      1, 1, 0,
    ]);
  });

  it('before anything is ended leaves the answer alone', async () => {
    pair.upstream.script({ tokens: 100, delayMs: 5 });
    using first = await openSocket(pair.server);
    first.send({ ...chat, onDisconnect: 'grace' });
    const { runId } = await first.sees('run-start');
    using second = await openSocket(pair.server);
    second.send({ type: 'resume', id: 'a', runId, after: 0 });
    await second.sees('token');
    // Nobody there knows what it was asked.
    second.send(steer('Second'));
    expect(await second.sees('error', 'a')).toMatchObject({
      code: 'invalid_request',
      error: expect.stringMatching(/^id: /),
    });
    expect(await second.sees('done', 'a')).toMatchObject({ reason: 'complete' });
  });

  it.each([
    [
      'an image to a model that takes none',
      { model: 'openai/plain', message: 'First' },
      [{ type: 'text', text: 'Look' }, png],
      { code: 'unsupported_option', error: 'content.1: model openai/plain does not take images' },
    ],
    [
      'one message more than there may be',
      { messages: Array.from({ length: 1999 }, () => say('user', 'x')) },
      'Second',
      { code: 'invalid_request', error: expect.stringMatching(/^content: .* more messages than/) },
    ],
  ])('for what the next could be known to be refused with leaves the answer alone: %s', async (...row) => {
    const [, request, content, expected] = row;
    pair.upstream.script({ tokens: 60, delayMs: 5 });
    using socket = await openSocket(pair.server);
    socket.send({ type: 'chat', id: 'a', model, ...request });
    await socket.sees('token');
    socket.send(steer(content));
    expect(await socket.sees('error', 'a')).toMatchObject(expected);
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'complete' });
    expect([countOf(socket, 'error'), pair.upstream.stats.requests]).toEqual([1, 1]);
  });

  it('for its content leaves the answer alone', async () => {
    pair.upstream.script({ tokens: 40, delayMs: 5 });
    using socket = await openSocket(pair.server);
    socket.send(chat);
    await socket.sees('token');
    for (const content of ['', 7, [], [{ type: 'text' }], undefined]) socket.send(steer(content));
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'complete' });
    expect(countOf(socket, 'error')).toBe(5);
  });
});

it('an answer in a conversation is steered from wherever it is followed', async () => {
  pair.upstream.next(slow, { text: 'Then this.' });
  const { id: conversationId } = await createConversation(pair.server);
  using first = await openSocket(pair.server);
  const options = { systemPrompt: 'Be brief.', temperature: 0.3, maxOutputTokens: 77 };
  first.send({ ...chat, conversationId, ...options });
  const { runId } = await first.sees('run-start');
  await first.sees('token');
  using second = await openSocket(pair.server);
  second.send({ type: 'resume', id: 'b', runId, after: 0 });
  await second.sees('token', 'b');
  second.send({ ...steer('Second'), id: 'b' });
  expect(await second.sees('done', 'b')).toMatchObject({ reason: 'complete' });
  expect(await first.sees('done', 'a')).toMatchObject({ reason: 'stopped', detail: 'steered' });
  const [prompt, , next] = await readMessages(pair.server, conversationId);
  expect([prompt?.content, next?.content]).toEqual(['First', 'Second']);
  expect(answersOf(second.frames)[1]).toBe('Then this.');
  // With all that it was asked with.
  expect(asked().at(-1)?.[0]).toEqual(say('system', 'Be brief.'));
  const [before, after] = pair.upstream.received.map(({ body }) => ({ ...body, messages: [] }));
  expect(after).toEqual(before);
  expect(after).toMatchObject({ temperature: 0.3 });
});

it('an answer in a conversation that had ended before it was followed is not steered without its options', async () => {
  pair.upstream.script({ text: 'All of it.' });
  const { id: conversationId } = await createConversation(pair.server);
  using first = await openSocket(pair.server);
  first.send({ ...chat, conversationId, systemPrompt: 'Be brief.' });
  const { runId } = await first.sees('run-start');
  await first.sees('done');
  using second = await openSocket(pair.server);
  second.send({ type: 'resume', id: 'b', runId, after: 0 });
  await second.sees('done', 'b');
  second.send({ ...steer('Second'), id: 'b' });
  expect(await second.sees('error', 'b')).toMatchObject({
    code: 'invalid_request',
    error: expect.stringMatching(/^id: the options it was asked with are not known/),
  });
  expect(pair.upstream.stats.requests).toBe(1);
});
