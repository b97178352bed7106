import { createHash } from 'node:crypto';
import type { ImportResult, MessageList } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { ask, createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer();

async function send(body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(`${pair.server.url}/api/conversations/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${pair.server.token}`, 'content-type': 'application/json', ...headers },
    body: body as string,
  });
  const result = (await response.json()) as ImportResult & { code: string; detail: string };
  return { status: response.status, ...result };
}
const download = async (id: string) =>
  (await pair.server.call(`/api/conversations/${id}/export?format=json`)).text();

/** What must survive the way out and in again. */
const essence = (messages: MessageList['messages']) => {
  const places = new Map(messages.map(({ id }, index) => [id, index]));
  return messages.map(({ parentId, continuesId, role, content, reasoning, reason, model }) => ({
    parent: places.get(parentId ?? ''),
    continues: places.get(continuesId ?? ''),
    role,
    content,
    reasoning,
    reason,
    model,
  }));
};

describe('POST /api/conversations/import', () => {
  it('takes what an export gave: the same tree, found by a search, and gone on with', async () => {
    const { id } = await createConversation(pair.server, { title: 'Journey' });
    const settings = { systemPrompt: 'Be brief.', maxOutputTokens: 7 };
    await pair.server.call(`/api/conversations/${id}`, { method: 'PATCH', body: { settings } });
    pair.upstream.next({ text: 'An ocarina.', reasoning: 'Hm.' }, { text: 'A lute.' });
    const first = await ask(pair.server, { conversationId: id, message: 'Name an instrument' });
    await ask(pair.server, { conversationId: id, parentId: first.userMessageId });
    const result = await send(await download(id));
    expect(result).toMatchObject({ status: 200, format: 'sluice', skipped: [] });
    const [copy] = result.conversations;
    expect(copy).toMatchObject({ title: 'Journey', messages: 3 });
    const [before, after] = [
      await readMessages(pair.server, id),
      await readMessages(pair.server, copy?.id ?? ''),
    ];
    expect(essence(after)).toEqual(essence(before));
    expect(await (await pair.server.call(`/api/conversations/${copy?.id}`)).json()).toMatchObject({
      settings,
    });
    const found = await (await pair.server.call('/api/conversations?q=ocarina')).json();
    expect((found as { conversations: { id: string }[] }).conversations.map((each) => each.id)).toEqual([
      copy?.id,
      id,
    ]);
    const next = await ask(pair.server, { conversationId: copy?.id ?? '', message: 'Another?' });
    expect(next.reason).toBe('complete');
    expect(JSON.stringify(pair.upstream.lastReceived.body)).toContain('A lute.');
  });

  it('brings pictures, which are stored once, given to their owner alone, and deleted with the last that shows them', async () => {
    const data = Buffer.from('not really a picture').toString('base64');
    const at = '2026-01-01T00:00:00Z';
    const hash = createHash('sha256').update('not really a picture').digest('hex');
    const file = {
      format: 'sluice-conversation',
      version: 1,
      conversation: {
        id: 'x',
        title: 'Pictures',
        pinned: false,
        archived: false,
        createdAt: at,
        updatedAt: at,
      },
      messages: [
        {
          id: 'm',
          parentId: null,
          role: 'user',
          createdAt: at,
          content: [{ type: 'image', mediaType: 'image/png', sha256: hash }],
        },
      ],
      images: { [hash]: { mediaType: 'image/png', data } },
    };
    const { conversations } = await send(JSON.stringify([file, file]));
    const { token } = await pair.server.rooms.auth.createAppToken({
      email: 's@example.com',
      name: 't',
      scopes: ['history'],
    });
    const pathOf = (id = '') => `/api/conversations/${id}/images/${hash}`;
    const [one, two] = conversations.map(({ id }) => id);
    const response = await pair.server.call(pathOf(one));
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(await response.text()).toBe('not really a picture');
    expect(JSON.stringify(await readMessages(pair.server, one ?? ''))).not.toContain(data);
    expect(await download(one ?? '')).toContain(data);
    expect((await pair.server.call(pathOf(one), { token })).status).toBe(404);
    expect((await pair.server.rooms.database.images.find([hash])).size).toBe(1);
    await pair.server.call(`/api/conversations/${one}`, { method: 'DELETE' });
    expect((await pair.server.call(pathOf(two))).status).toBe(200);
    await pair.server.call(`/api/conversations/${two}`, { method: 'DELETE' });
    expect((await pair.server.rooms.database.images.find([hash])).size).toBe(0);
  });

  it.each([
    { body: '{"a":', status: 400, code: 'invalid_request' },
    { body: '{"a":1}', status: 400, code: 'invalid_request' },
    { body: '[]', headers: { 'content-type': 'text/plain' }, status: 415, code: 'unsupported_media_type' },
    { body: '[]', headers: { 'content-encoding': 'gzip' }, status: 415, code: 'unsupported_media_type' },
  ])('refuses $body $headers', async ({ body, headers, status, code }) => {
    expect(await send(body, headers ?? {})).toMatchObject({ status, code });
  });

  it('refuses what is too large, and stores nothing of it', async () => {
    const count = async () =>
      ((await (await pair.server.call('/api/conversations?limit=200')).json()) as { conversations: [] })
        .conversations.length;
    const before = await count();
    expect(await send(Buffer.alloc(20 * 1024 * 1024 + 1, ' '))).toMatchObject({
      status: 413,
      code: 'payload_too_large',
    });
    expect(await count()).toBe(before);
  });

  it('lets files that arrive slowly keep no other user out, and takes two of one user at a time', async () => {
    const { token: other } = await pair.server.rooms.auth.createAppToken({
      email: 'other@example.com',
      name: 't',
      scopes: ['history'],
    });
    const { conversations, database } = pair.server.rooms;
    const user = await database.users.findByEmail('user@example.com');
    const stalled = Promise.withResolvers<never>();
    async function* arriveSlowly() {
      yield Buffer.from('[');
      yield await stalled.promise;
    }
    const { signal } = new AbortController();
    const slow = [1, 2].map(() => conversations.import(user?.id ?? '', arriveSlowly(), signal));
    const file = JSON.stringify([
      { name: 'Quick', chat_messages: [{ uuid: 'm', sender: 'human', text: 'Hi' }] },
    ]);
    expect(await send(file)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(await send(file, { authorization: `Bearer ${other}` })).toMatchObject({
      status: 200,
      conversations: [{ title: 'Quick' }],
    });
    stalled.reject(new Error('gone'));
    for (const each of slow) await expect(each).rejects.toThrow('gone');
    expect(await send(file)).toMatchObject({ status: 200 });
  });

  it('outlives files made to break it', async () => {
    const deep = '['.repeat(5_000_000);
    const nested = `{"mapping":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
    for (const body of [deep, nested, '[{"mapping":{"__proto__":{"parent":"__proto__"}}}]']) {
      const { status } = await send(body);
      expect([200, 400, 413]).toContain(status);
    }
    expect((await pair.server.call('/api/models')).status).toBe(200);
  });
});
