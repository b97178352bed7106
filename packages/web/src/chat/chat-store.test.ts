import {
  type RunEnd,
  type RunEndReason,
  type RunEvent,
  SluiceError,
  type StoredMessage,
} from '@sluice/shared';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FollowOptions } from '../stream/follow-from-start.ts';
import type { StartRunOptions } from '../stream/start-run.ts';
import { ChatStore } from './chat-store.ts';
import { joinContinuations } from './transcript/turn-tree.ts';

const end: RunEnd = {
  type: 'run-end',
  done: true,
  reason: 'complete',
  usage: null,
  cost: null,
  saved: true,
  timing: { firstTokenMs: null, totalMs: 1 },
};

const words = (text: string) => ({ text, images: [] });

const stored = (id: string, parentId: string | null, change: Partial<StoredMessage> = {}): StoredMessage => ({
  id,
  parentId,
  role: 'user',
  content: id,
  createdAt: '2026-11-21T00:00:00Z',
  ...change,
});
const storedAnswer = (id: string, parentId: string, change: Partial<StoredMessage> = {}) =>
  stored(id, parentId, {
    role: 'assistant',
    runId: `run-${id}`,
    model: 'p/m',
    provider: 'p',
    reason: 'complete',
    ...change,
  });

/** A chat whose answers are written by hand; the server calls its conversation `c1`. */
function createHere(conversationId: string | null = null) {
  const started: StartRunOptions[] = [];
  const followed: FollowOptions[] = [];
  const stop = vi.fn();
  const created = vi.fn();
  const discarded = vi.fn();
  const changed = vi.fn();
  const conversation = { title: null, pinned: false, archived: false, createdAt: '', updatedAt: '' };
  const paths: string[] = [];
  /** What its conversation has on the server. */
  const messages: StoredMessage[] = [];
  const chat = new ChatStore({
    key: 'k',
    conversationId,
    connection: {
      baseUrl: '',
      async fetch(input, init) {
        const path = input as string;
        paths.push(`${init?.method ?? 'GET'} ${path}`);
        if (path.includes('/messages?')) return Response.json({ messages, nextCursor: null });
        if (init?.method === 'DELETE') return new Response(null, { status: 204 });
        return Response.json({ id: 'c1', ...conversation });
      },
    },
    onCreated: created,
    onDiscarded: discarded,
    onChanged: changed,
    startRunHere(options) {
      started.push(options);
      return { stop };
    },
    followHere(options) {
      followed.push(options);
      return { stop };
    },
  });
  const request = (index = -1) => started.at(index)!.makeRequest(new AbortController().signal);
  /** @param names the ids the server gives to answer and prompt; without them it stores nothing */
  const answer = (text: string, names: string[] = [], reason: RunEndReason = 'complete') => {
    const { run } = started.at(-1)!;
    const [messageId, userMessageId] = names;
    if (messageId !== undefined) {
      const ids = { messageId, ...(userMessageId !== undefined && { userMessageId }) };
      run.append({ type: 'run-start', runId: 'r', model: 'p/m', provider: 'p', createdAt: '', ...ids });
    }
    if (text !== '') run.append({ type: 'text-delta', text });
    run.append({ ...end, reason });
  };
  const shown = () =>
    joinContinuations(chat.getState().path).map((item) =>
      item.role === 'assistant'
        ? item.places.map(({ turn }) => turn.run.getText()).join('')
        : item.place.turn.content,
    );
  return {
    chat,
    started,
    followed,
    stop,
    created,
    discarded,
    changed,
    paths,
    messages,
    request,
    answer,
    shown,
  };
}

/** Values a browser would keep. */
function stubStorage(): Map<string, string> {
  const values = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => values.set(key, value),
    removeItem: (key: string) => values.delete(key),
  });
  return values;
}

beforeEach(() => {
  // Every run here ends before its first frame, and an end waits for none.
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

describe('a chat that begins', () => {
  it('makes its conversation first, once, and then sends what is new with its place', async () => {
    const { chat, request, answer, created, paths } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    expect(await request()).toEqual({ conversationId: 'c1', model: 'p/m', message: 'one', parentId: null });
    expect(created).not.toHaveBeenCalled();
    answer('first', ['a1', 'u1']);
    expect(created.mock.calls).toEqual([['c1']]);
    chat.send(words('two'), {});
    expect(await request()).toEqual({ conversationId: 'c1', message: 'two', parentId: 'a1' });
    expect(paths).toEqual(['POST /api/conversations']);
  });

  it('refuses blank text, and a second question while an answer is on its way', () => {
    const { chat, started } = createHere();
    expect(chat.send(words(' \n '), { model: 'p/m' })).toBe(false);
    expect(chat.send(words('one'), { model: 'p/m' })).toBe(true);
    expect(chat.send(words('two'), { model: 'p/m' })).toBe(false);
    expect(started).toHaveLength(1);
    expect(chat.getState().live).not.toBeNull();
  });

  it('makes text fit for the wire', async () => {
    const { chat, request } = createHere('c1');
    chat.merge([]);
    chat.send(words('a\0b\ud83d'), { model: 'p/m' });
    expect((await request()).message).toBe('a\ufffdb\ufffd');
  });

  it('tells when the server has more to say of the conversation: at a run’s begin and at its end', async () => {
    const { chat, request, answer, changed } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    await request();
    answer('first', ['a1', 'u1']);
    expect(changed.mock.calls).toEqual([
      ['c1', true],
      ['c1', true],
    ]);
  });

  it('asks a refused prompt once more, and does not follow one the server does not have', async () => {
    const { chat, request, answer, shown } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    answer('');
    chat.regenerate(chat.getState().path[1]!.turn.id, { model: 'p/m' });
    expect(await request()).toMatchObject({ message: 'one', parentId: null });
    answer('');
    chat.send(words('two'), { model: 'p/m' });
    expect(await request()).toMatchObject({ message: 'two', parentId: null });
    expect(shown()).toEqual(['one', '', 'two', '']);
  });

  const refusal = new SluiceError('budget_exceeded');

  it('has one answer to a refused question that was asked again, whichever way its name comes', () => {
    const { chat, started, answer, shown } = createHere('c1');
    chat.merge([]);
    chat.send(words('one'), {});
    started[0]!.run.closeFailed(new SluiceError('too_many_runs'));
    chat.regenerate(chat.getState().path[1]!.turn.id, {});
    const prompt = stored('u1', null, { content: 'one' });
    chat.merge([prompt, storedAnswer('a1', 'u1', { content: '', reason: null })]);
    answer('first', ['a1', 'u1']);
    chat.merge([prompt, storedAnswer('a1', 'u1', { content: 'first' })]);
    expect(shown()).toEqual(['one', 'first']);
    expect(chat.getState().path[1]!.siblingIds).toHaveLength(1);
    expect(chat.isBehind()).toBe(false);
  });

  it('takes back the conversation of a refused question, and makes another for the next', async () => {
    const { chat, started, request, answer, created, discarded, changed, paths, shown } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    await request();
    started[0]!.run.closeFailed(refusal);
    await vi.waitFor(() => expect(discarded.mock.calls).toEqual([['c1']]));
    const taken = ['GET /api/conversations/c1/messages?limit=1000', 'DELETE /api/conversations/c1'];
    expect(paths).toEqual(['POST /api/conversations', ...taken]);
    expect(chat.getState().conversationId).toBeNull();
    expect([created.mock.calls, changed.mock.calls]).toEqual([[], []]);
    chat.regenerate(chat.getState().path[1]!.turn.id, { model: 'p/m' });
    await request();
    answer('first', ['a1', 'u1']);
    expect(paths.at(-1)).toBe('POST /api/conversations');
    expect(created.mock.calls).toEqual([['c1']]);
    expect(shown()).toEqual(['one', 'first']);
  });

  it('takes back nothing that has content, nor what may have some', async () => {
    const { chat, started, request, discarded, created, paths, messages } = createHere();
    messages.push(stored('u1', null));
    chat.send(words('one'), { model: 'p/m' });
    await request();
    started[0]!.run.closeFailed(refusal);
    await vi.waitFor(() => expect(paths).toHaveLength(2));
    await vi.runAllTimersAsync();
    expect([paths.at(-1), discarded.mock.calls]).toEqual([
      'GET /api/conversations/c1/messages?limit=1000',
      [],
    ]);

    for (const [index, failure] of [new TypeError('network'), new SluiceError('unavailable')].entries()) {
      const other = createHere();
      other.chat.send(words('one'), { model: 'p/m' });
      await other.request();
      other.started[0]!.run.closeFailed(failure);
      await vi.runAllTimersAsync();
      expect([index, other.paths]).toEqual([index, ['POST /api/conversations']]);
      expect(other.created.mock.calls).toEqual([['c1']]);
    }
    expect(created).not.toHaveBeenCalled();
  });

  it('does not take a refusal after a broken connection for proof that nothing was stored', async () => {
    const { chat, started, request, created, paths } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    await request();
    started[0]!.run.noteConnection({ type: 'reconnecting', attempt: 1, delayMs: 1 });
    started[0]!.run.closeFailed(refusal);
    expect(created.mock.calls).toEqual([['c1']]);
    expect(paths).toEqual(['POST /api/conversations']);
  });

  it('passes Stop on to the run', () => {
    const { chat, stop } = createHere();
    chat.stop();
    expect(stop).not.toHaveBeenCalled();
    chat.send(words('one'), { model: 'p/m' });
    chat.stop();
    expect(stop).toHaveBeenCalledOnce();
  });
});

describe('an answer that is whole while its run goes on', () => {
  const finish: RunEvent = { type: 'finish', reason: 'complete' };
  const start = (messageId: string, userMessageId?: string): RunEvent => ({
    type: 'run-start',
    runId: 'r',
    model: 'p/m',
    provider: 'p',
    createdAt: '',
    messageId,
    ...(userMessageId !== undefined && { userMessageId }),
  });

  /** A chat in which the first question has a whole answer whose run has not ended. */
  function finishFirst() {
    const here = createHere('c1');
    const { chat, started } = here;
    chat.merge([]);
    chat.send(words('one'), { model: 'p/m' });
    const { run } = started[0]!;
    run.append(start('a1', 'u1'));
    run.append({ type: 'text-delta', text: 'first' });
    run.append(finish);
    return { ...here, run };
  }

  it('cannot be stopped any more, and leaves room for the next question', () => {
    const { chat, started, stop, shown } = finishFirst();
    expect(chat.getState().live).toBeNull();
    chat.stop();
    expect(stop).not.toHaveBeenCalled();
    expect(chat.send(words('two'), { model: 'p/m' })).toBe(true);
    expect(started).toHaveLength(2);
    expect(shown()).toEqual(['one', 'first', 'two', '']);
    expect(chat.getState().live).toBe(started[1]!.run);
    chat.stop();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('is followed by the next question, which waits for its end', async () => {
    const { chat, started, run, request, changed, shown } = finishFirst();
    chat.send(words('two'), { model: 'p/m' });
    const asked = request();
    const heard = vi.fn();
    void asked.then(heard);
    await vi.runAllTimersAsync();
    expect(heard).not.toHaveBeenCalled();
    run.append(end);
    expect(await asked).toEqual({ conversationId: 'c1', model: 'p/m', message: 'two', parentId: 'a1' });
    expect(chat.getState().live).toBe(started[1]!.run);
    // Other tabs hear of both ends.
    started[1]!.run.append(start('a2', 'u2'));
    started[1]!.run.append(end);
    expect(changed.mock.calls).toEqual(Array(4).fill(['c1', true]));
    expect(chat.getState().live).toBeNull();
    expect(shown()).toEqual(['one', 'first', 'two', '']);
  });

  it('is waited for no more once the next question is stopped, which then can be asked again', async () => {
    const { chat, started, run } = finishFirst();
    chat.send(words('two'), { model: 'p/m' });
    const abort = new AbortController();
    const asked = started[1]!.makeRequest(abort.signal);
    abort.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    started[1]!.run.closeStopped();
    expect(chat.getState().live).toBeNull();
    run.append(end);
    chat.regenerate(chat.getState().path[3]!.turn.id, { model: 'p/m' });
    expect(await started[2]!.makeRequest(new AbortController().signal)).toMatchObject({
      message: 'two',
      parentId: 'a1',
    });
  });

  it('is not waited for by another answer to the same prompt', async () => {
    const { chat, request } = finishFirst();
    chat.regenerate(chat.getState().path[1]!.turn.id, { model: 'p/m' });
    expect(await request()).toEqual({ conversationId: 'c1', model: 'p/m', parentId: 'u1' });
  });

  it('leaves room for the next question where it was written elsewhere, too', async () => {
    const { chat, followed, request } = createHere('c1');
    chat.merge([stored('u1', null), storedAnswer('a1', 'u1', { content: '', reason: null })]);
    followed[0]!.run.append(finish);
    expect(chat.getState().live).toBeNull();
    expect(chat.send(words('two'), { model: 'p/m' })).toBe(true);
    const asked = request();
    followed[0]!.run.append(end);
    expect(await asked).toMatchObject({ message: 'two', parentId: 'a1' });
  });
});

describe('branches', () => {
  it('keeps the old answer beside a regenerated one', async () => {
    const { chat, request, answer, shown } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    answer('first', ['a1', 'u1']);
    chat.regenerate(chat.getState().path[1]!.turn.id, { model: 'p/other' });
    expect(await request()).toEqual({ conversationId: 'c1', model: 'p/other', parentId: 'u1' });
    answer('second', ['a2']);
    expect(shown()).toEqual(['one', 'second']);
    const place = chat.getState().path[1]!;
    expect(place).toMatchObject({ index: 1, siblingIds: [expect.any(String), expect.any(String)] });
    chat.choose(place.siblingIds[0]!);
    expect(shown()).toEqual(['one', 'first']);
  });

  it('does not page to an answer that never began', () => {
    const { chat, answer, shown } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    answer('', ['a1', 'u1'], 'error');
    chat.regenerate(chat.getState().path[1]!.turn.id, { model: 'p/m' });
    answer('now', ['a2']);
    expect(shown()).toEqual(['one', 'now']);
    expect(chat.getState().path[1]!.siblingIds).toHaveLength(1);
  });

  it('sends an edited prompt to where the first wording stood, and keeps everything behind that', async () => {
    const { chat, request, answer, shown } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    answer('first', ['a1', 'u1']);
    chat.send(words('two'), { model: 'p/m' });
    answer('second', ['a2', 'u2']);
    chat.edit(chat.getState().path[2]!.turn.id, words('due'), { model: 'p/m' });
    expect(await request()).toMatchObject({ message: 'due', parentId: 'a1' });
    answer('secondo', ['a3', 'u3']);
    chat.edit(chat.getState().path[0]!.turn.id, words('uno'), { model: 'p/m' });
    expect(await request()).toMatchObject({ message: 'uno', parentId: null });
    answer('primo', ['a4', 'u4']);
    expect(shown()).toEqual(['uno', 'primo']);
    chat.choose(chat.getState().path[0]!.siblingIds[0]!);
    expect(shown()).toEqual(['one', 'first', 'due', 'secondo']);
  });

  it('shows an answer and what goes on with it as one', async () => {
    const { chat, request, answer, shown } = createHere();
    chat.send(words('one'), { model: 'p/m' });
    answer('half', ['a1', 'u1'], 'stopped');
    chat.continue(chat.getState().path[1]!.turn.id, { model: 'p/m' });
    expect(await request()).toEqual({ conversationId: 'c1', model: 'p/m', parentId: 'a1', continue: true });
    answer(' whole', ['a2']);
    expect(shown()).toEqual(['one', 'half whole']);
    chat.regenerate(chat.getState().path[1]!.turn.id, { model: 'p/m' });
    expect(await request()).toMatchObject({ parentId: 'u1' });
  });
});

describe('a stored conversation', () => {
  const tree = [
    stored('u1', null),
    storedAnswer('a1', 'u1'),
    storedAnswer('a2', 'u1'),
    stored('u2', 'a1'),
    storedAnswer('a3', 'u2', { reason: 'stopped' }),
    storedAnswer('a4', 'a3', { continuesId: 'a3' }),
    storedAnswer('b1', 'u1'),
  ];

  it('sends nothing before it knows what was said', () => {
    const { chat, started } = createHere('c1');
    expect(chat.send(words('one'), { model: 'p/m' })).toBe(false);
    expect(started).toEqual([]);
    chat.merge([]);
    expect(chat.send(words('one'), { model: 'p/m' })).toBe(true);
  });

  it('shows the newest branch, then the one that was shown last, over a reload', () => {
    const values = stubStorage();
    const { chat, shown } = createHere('c1');
    chat.merge(tree);
    expect(shown()).toEqual(['u1', 'b1']);
    expect(chat.getState().path[1]).toMatchObject({ index: 2, siblingIds: ['a1', 'a2', 'b1'] });
    chat.choose('a1');
    expect(shown()).toEqual(['u1', 'a1', 'u2', 'a3a4']);
    expect([...values]).toEqual([['sluice.branch.c1', 'a4']]);

    const reloaded = createHere('c1');
    reloaded.chat.merge(tree);
    expect(reloaded.shown()).toEqual(['u1', 'a1', 'u2', 'a3a4']);
    reloaded.chat.choose('b1');
    expect([...values]).toEqual([]);
  });

  it('adds what another page has said without leaving the branch that is read', () => {
    const { chat, shown } = createHere('c1');
    chat.merge(tree);
    chat.choose('a1');
    chat.merge([...tree, stored('u3', 'a4'), storedAnswer('a5', 'u3'), storedAnswer('a6', 'u1')]);
    expect(shown()).toEqual(['u1', 'a1', 'u2', 'a3a4', 'u3', 'a5']);
  });

  const growing = (content: string, reason: RunEndReason | null) => [
    stored('u1', null),
    storedAnswer('a1', 'u1', { content, reason }),
  ];

  it('follows an answer that grows elsewhere, once, to its end', () => {
    const { chat, followed, shown, changed } = createHere('c1');
    chat.merge(growing('', null));
    chat.merge(growing('', null));
    expect(followed).toMatchObject([{ runId: 'run-a1' }]);
    expect(chat.getState().live).toBe(followed[0]!.run);
    expect(chat.send(words('two'), { model: 'p/m' })).toBe(false);
    followed[0]!.run.append({ type: 'text-delta', text: 'some more' });
    followed[0]!.run.append(end);
    expect(shown()).toEqual(['u1', 'some more']);
    expect(chat.isBehind()).toBe(false);
    expect(chat.getState().live).toBeNull();
    expect(changed.mock.calls).toEqual([['c1', false]]);
  });

  it('knows the name of what it follows, and can stop it before anything of it has come', () => {
    const { chat, followed, stop } = createHere('c1');
    chat.merge([stored('u1', null), storedAnswer('a1', 'u1', { content: '', reason: null })]);
    expect(followed[0]!.run.getView().runId).toBe('run-a1');
    chat.stop();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('takes from the server what an answer came to that could not be followed', () => {
    const { chat, followed, shown } = createHere('c1');
    chat.merge(growing('', null));
    followed[0]!.run.closeFailed(new TypeError('network'));
    expect(chat.isBehind()).toBe(true);
    chat.merge(growing('', null));
    expect(followed).toHaveLength(2);
    followed[1]!.run.closeFailed(new TypeError('network'));
    chat.merge(growing('some more', 'length'));
    expect(shown()).toEqual(['u1', 'some more']);
    expect(chat.isBehind()).toBe(false);
  });

  it('takes from the server what became of an answer whose connection broke', () => {
    const { chat, started, shown } = createHere('c1');
    chat.merge([]);
    chat.send(words('one'), { model: 'p/m' });
    const { run } = started[0]!;
    const ids = { messageId: 'a1', userMessageId: 'u1' };
    run.append({ type: 'run-start', runId: 'r', model: 'p/m', provider: 'p', createdAt: '', ...ids });
    run.append({ type: 'text-delta', text: 'ha' });
    run.closeFailed(new TypeError('network'));
    expect(chat.isBehind()).toBe(true);
    chat.merge([
      stored('u1', null, { content: 'one' }),
      storedAnswer('a1', 'u1', { content: 'half', reason: 'disconnected' }),
    ]);
    expect(shown()).toEqual(['one', 'half']);
    expect(chat.isBehind()).toBe(false);
  });

  it('finds a prompt the server took without having been able to say so', () => {
    const { chat, started, shown } = createHere('c1');
    chat.merge([]);
    chat.send(words('one'), { model: 'p/m' });
    started[0]!.run.closeFailed(new TypeError('network'));
    chat.merge([
      stored('u1', null, { content: 'one' }),
      storedAnswer('a1', 'u1', { content: 'half', reason: 'disconnected' }),
    ]);
    expect(shown()).toEqual(['one', 'half']);
    expect(chat.getState().path.map(({ siblingIds }) => siblingIds.length)).toEqual([1, 1]);
  });
});
