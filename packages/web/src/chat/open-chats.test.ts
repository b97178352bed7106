import { describe, expect, it } from 'vitest';
import { createOpenChats } from './open-chats.ts';

function createHere() {
  const chats = createOpenChats({
    connection: { baseUrl: '', fetch: () => new Promise<never>(() => undefined) },
    onCreated: () => undefined,
    onDiscarded: () => undefined,
    onChanged: () => undefined,
  });
  const lookAt = (count: number) => {
    for (let index = 0; index < count; index++) chats.open(`other-${index}`);
  };
  return { chats, lookAt };
}

const names = { createdAt: '2026-11-21T00:00:00Z', parentId: null };

describe('the chats that are open', () => {
  it('are the twenty looked at last', () => {
    const { chats, lookAt } = createHere();
    const [first, second] = [chats.open('c1'), chats.open('c2')];
    lookAt(18);
    expect(chats.open('c1')).toBe(first);
    chats.open('one more');
    expect(chats.open('c1')).toBe(first);
    expect(chats.open('c2')).not.toBe(second);
  });

  it('stay open while an answer grows, and while something in them is nowhere else', async () => {
    const { chats, lookAt } = createHere();
    const streaming = chats.open('c1');
    streaming.merge([{ id: 'q', role: 'user', content: 'Hi', ...names }]);
    expect(streaming.send({ text: 'Go on', images: [] }, {})).toBe(true);
    expect(chats.isStreaming()).toBe(true);
    const illustrated = chats.open('c2');
    void illustrated.images.add([new File(['x'], 'a.png', { type: 'image/png' })]);
    const [unsaved, unkept] = [chats.open('c3'), chats.open('c4')];
    unsaved.settings.change({ systemPrompt: 'Be brief.' });
    // As what is written before a first question is answered, in a chat that is not looked at then.
    unkept.draft.moveTo(null);
    unkept.draft.write('More');
    lookAt(30);
    expect(chats.open('c1')).toBe(streaming);
    expect(chats.open('c2')).toBe(illustrated);
    expect(chats.open('c3')).toBe(unsaved);
    expect(chats.open('c4')).toBe(unkept);
    streaming.stop();
    illustrated.images.clear();
    const unsent = streaming.getState().path.at(-2)?.turn;
    expect(unsent).toMatchObject({ content: 'Go on', storedId: null });
    lookAt(30);
    expect(chats.open('c1')).toBe(streaming);
    expect(chats.open('c2')).not.toBe(illustrated);
  });
});
