import type { Conversation } from '@sluice/shared';
import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { changeInTurn } from './change-in-turn.ts';
import { conversationKeys } from './conversation-cache.ts';
import type { ConversationChange } from './conversation-requests.ts';

const conversation: Conversation = {
  id: 'c1',
  title: 'One',
  pinned: false,
  archived: false,
  createdAt: '2026-11-21T00:00:00Z',
  updatedAt: '2026-11-21T00:00:00Z',
  settings: { model: 'p/first' },
};

/** A page that shows the conversation, and a server that has it and answers when it is told to. */
function createHere() {
  const queries = new QueryClient();
  queries.setQueryData(conversationKeys.one('c1'), conversation);
  let stored = conversation;
  const asked: { body: object; answer: () => void; refuse: () => void }[] = [];
  const connection = {
    baseUrl: '',
    fetch: (_url: unknown, init?: RequestInit) =>
      new Promise<Response>((resolve, reject) => {
        const body = JSON.parse(init?.body as string) as object;
        const answer = () => {
          stored = { ...stored, ...body };
          resolve(Response.json(stored));
        };
        asked.push({ body, answer, refuse: () => reject(new TypeError('network')) });
      }),
  };
  const shown = () => queries.getQueryData<Conversation>(conversationKeys.one('c1'))!;
  const change = (changes: ConversationChange) =>
    changeInTurn({ connection, queries }, shown(), changes).catch((error: unknown) => error);
  return { asked, shown, change };
}

it('takes changes to the server one after the other, and shows the last one all the while', async () => {
  const { asked, shown, change } = createHere();
  const first = change({ settings: { model: 'p/second' } });
  const last = change({ settings: { model: 'p/third' } });
  await expect.poll(() => asked.length).toBe(1);
  expect(shown().settings).toEqual({ model: 'p/third' });
  asked[0]!.answer();
  await first;
  expect(shown().settings).toEqual({ model: 'p/third' });
  await expect.poll(() => asked.length).toBe(2);
  asked[1]!.answer();
  await last;
  expect(shown().settings).toEqual({ model: 'p/third' });
  expect(asked.map(({ body }) => body)).toEqual([
    { settings: { model: 'p/second' } },
    { settings: { model: 'p/third' } },
  ]);
});

it('takes back what was refused, and nothing else', async () => {
  const { asked, shown, change } = createHere();
  const first = change({ settings: { model: 'p/second' } });
  const renamed = change({ title: 'Two' });
  const last = change({ settings: { model: 'p/third' } });
  await expect.poll(() => asked.length).toBe(1);
  asked[0]!.refuse();
  expect(await first).toBeInstanceOf(TypeError);
  expect(shown()).toMatchObject({ title: 'Two', settings: { model: 'p/third' } });
  await expect.poll(() => asked.length).toBe(2);
  asked[1]!.answer();
  await renamed;
  await expect.poll(() => asked.length).toBe(3);
  asked[2]!.refuse();
  expect(await last).toBeInstanceOf(TypeError);
  expect(shown()).toMatchObject({ title: 'Two', settings: { model: 'p/first' } });
});
