import type { RunEnd } from '@sluice/shared';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StartRunOptions } from '../stream/start-run.ts';
import { createChat } from './chat-store.ts';

const end: RunEnd = {
  type: 'run-end',
  done: true,
  reason: 'complete',
  usage: null,
  cost: null,
  saved: true,
  timing: { firstTokenMs: null, totalMs: 1 },
};

/** A chat whose answers are written by hand. */
function createHere() {
  const started: StartRunOptions[] = [];
  const stop = vi.fn();
  const chat = createChat('c', { baseUrl: '' }, (options) => {
    started.push(options);
    return { stop };
  });
  const answer = (text: string) => {
    const { run } = started.at(-1)!;
    if (text !== '') run.append({ type: 'text-delta', text });
    run.append(end);
  };
  const shown = () =>
    chat.getState().path.map(({ turn }) => (turn.role === 'user' ? turn.text : turn.run.getText()));
  return { chat, started, stop, answer, shown };
}

describe('createChat', () => {
  beforeEach(() => {
    // Every run here ends before its first frame, and an end waits for none.
    vi.useFakeTimers();
    vi.stubGlobal('requestAnimationFrame', () => 0);
    return () => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    };
  });

  it('sends the whole path, partial answers included, and leaves out answers that never began', () => {
    const { chat, started, answer } = createHere();
    chat.send('one', 'p/m');
    answer('first');
    chat.send('two', 'p/m');
    answer('');
    chat.send('three', undefined);
    expect(started.at(-1)?.request).toEqual({
      messages: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'first' },
        { role: 'user', content: 'two' },
        { role: 'user', content: 'three' },
      ],
    });
    expect(started[0]?.request.model).toBe('p/m');
  });

  it('refuses blank text, and a second question while an answer is on its way', () => {
    const { chat, started } = createHere();
    expect(chat.send(' \n ', 'p/m')).toBe(false);
    expect(chat.send('one', 'p/m')).toBe(true);
    expect(chat.send('two', 'p/m')).toBe(false);
    expect(started).toHaveLength(1);
    expect(chat.getState().live).not.toBeNull();
  });

  it('makes text fit for the wire', () => {
    const { chat, started } = createHere();
    chat.send('a\0b\ud83d', 'p/m');
    expect(started[0]?.request.messages?.[0]?.content).toBe('a\ufffdb\ufffd');
  });

  it('keeps the old answer beside a regenerated one', () => {
    const { chat, answer, shown, started } = createHere();
    chat.send('one', 'p/m');
    answer('first');
    chat.regenerate(chat.getState().path[1]!.turn.id, 'p/other');
    expect(started[1]?.request).toMatchObject({ model: 'p/other', messages: [{ content: 'one' }] });
    answer('second');
    expect(shown()).toEqual(['one', 'second']);
    const place = chat.getState().path[1]!;
    expect(place).toMatchObject({ index: 1, siblingIds: [expect.any(String), expect.any(String)] });
    chat.choose(place.siblingIds[0]!);
    expect(shown()).toEqual(['one', 'first']);
  });

  it('replaces an answer that never began', () => {
    const { chat, answer, shown } = createHere();
    chat.send('one', 'p/m');
    answer('');
    chat.regenerate(chat.getState().path[1]!.turn.id, 'p/m');
    answer('now');
    expect(shown()).toEqual(['one', 'now']);
    expect(chat.getState().path[1]!.siblingIds).toHaveLength(1);
  });

  it('keeps everything behind an edited question', () => {
    const { chat, answer, shown } = createHere();
    chat.send('one', 'p/m');
    answer('first');
    chat.send('two', 'p/m');
    answer('second');
    chat.edit(chat.getState().path[0]!.turn.id, 'uno', 'p/m');
    answer('primo');
    expect(shown()).toEqual(['uno', 'primo']);
    chat.choose(chat.getState().path[0]!.siblingIds[0]!);
    expect(shown()).toEqual(['one', 'first', 'two', 'second']);
  });

  it('passes Stop on to the run', () => {
    const { chat, stop } = createHere();
    chat.stop();
    expect(stop).not.toHaveBeenCalled();
    chat.send('one', 'p/m');
    chat.stop();
    expect(stop).toHaveBeenCalledOnce();
  });
});
