import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationList, ImportResult } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { createConversation } from './_support/ask-in-conversation.ts';
import { longConversation } from './_support/long-conversation.ts';
import { iterateEvents } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer();

const send = (body: string, signal?: AbortSignal) =>
  fetch(`${pair.server.url}/api/conversations/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${pair.server.token}`, 'content-type': 'application/json' },
    body,
    ...(signal && { signal }),
  });
const list = async (query: string) => {
  const response = await pair.server.call(`/api/conversations?limit=200&${query}`);
  return ((await response.json()) as ConversationList).conversations.map(({ title }) => title);
};
const listHidden = () => pair.server.rooms.database.conversations.listHidden();
const countMessages = async (conversationId: string) =>
  (await pair.server.rooms.database.messages.list({ conversationId, after: 0, limit: 100_000 })).length;

/** From the request to its first frame, again and again until `isOver`. */
async function chat(isOver: () => boolean): Promise<number[]> {
  const { id: conversationId } = await createConversation(pair.server);
  const waits: number[] = [];
  while (!isOver()) {
    const began = performance.now();
    const body = { conversationId, message: 'Hello' };
    const response = await pair.server.call('/api/chat/stream', { body });
    for await (const { event } of iterateEvents(response)) {
      if (event.type === 'run-start') waits.push(performance.now() - began);
    }
    await sleep(50);
  }
  return waits;
}

async function probe(isOver: () => boolean): Promise<Set<number>> {
  const statuses = new Set<number>();
  while (!isOver()) {
    statuses.add((await fetch(`${pair.server.url}/readyz`)).status);
    await sleep(50);
  }
  return statuses;
}

describe('the import of a very long conversation', { timeout: 180_000 }, () => {
  it('keeps neither chats nor the readiness waiting', async () => {
    let isOver = false;
    const beside = Promise.all([chat(() => isOver), probe(() => isOver)]);
    const began = performance.now();
    const response = await send(longConversation({ title: 'Epic', messages: 48_000, characters: 200 }));
    const tookMs = performance.now() - began;
    isOver = true;
    const [waits, statuses] = await beside;
    const { conversations } = (await response.json()) as ImportResult;
    expect(conversations).toMatchObject([{ title: 'Epic', messages: 48_000 }]);
    expect([...statuses]).toEqual([200]);
    const slowest = Math.max(...waits);
    console.log(
      `long-imports: ${Math.round(tookMs)} ms beside ${waits.length} chats, the slowest of which waited ${Math.round(slowest)} ms`,
    );
    expect(waits.length).toBeGreaterThan(3);
    expect(slowest).toBeLessThan(1500);
    expect(await list('q=number47999')).toEqual(['Epic']);
  });

  it('lets others write while it is deleted', async () => {
    const { database } = pair.server.rooms;
    const body = longConversation({ title: 'Doomed', messages: 20_000, characters: 200 });
    const { conversations } = (await (await send(body)).json()) as ImportResult;
    const id = conversations[0]?.id ?? '';
    let status: number | undefined;
    const deleting = pair.server.call(`/api/conversations/${id}`, { method: 'DELETE' }).then((response) => {
      status = response.status;
    });
    let writes = 0;
    while (status === undefined) {
      await database.transaction(({ conversations: each }) => each.update('none', { title: 'x' }));
      writes += 1;
    }
    await deleting;
    expect(status).toBe(204);
    expect(writes).toBeGreaterThan(50);
    expect(await countMessages(id)).toBe(0);
    expect(await list('')).not.toContain('Doomed');
  });

  it('shows nothing of it before its end, and leaves nothing of it when it is cut', async () => {
    const cut = new AbortController();
    const body = longConversation({ title: 'Unfinished', messages: 20_000, characters: 400 });
    const sent = send(body, cut.signal).catch((error: unknown) => error);
    await expect.poll(listHidden, { timeout: 60_000, interval: 5 }).toHaveLength(1);
    const [id = ''] = await listHidden();
    await expect.poll(() => countMessages(id), { timeout: 60_000 }).toBeGreaterThan(200);
    const read = async (path: string) => (await pair.server.call(`/api/conversations/${id}${path}`)).status;
    const searched = await list('q=number101');
    const seen = [await list(''), await read(''), await read('/messages'), await read('/export')];
    // All of that was before its end.
    expect(await listHidden()).toEqual([id]);
    cut.abort();
    expect(seen).toEqual([expect.not.arrayContaining(['Unfinished']), 404, 404, 404]);
    expect(searched).not.toContain('Unfinished');
    expect(await sent).toMatchObject({ name: 'AbortError' });
    await expect.poll(listHidden, { timeout: 60_000 }).toEqual([]);
    expect(await countMessages(id)).toBe(0);
  });
});
