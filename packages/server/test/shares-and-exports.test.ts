import type { Share, SharedConversation } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { ask, createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer();

async function conversation() {
  const { id } = await createConversation(pair.server, { title: 'Ünïcode "title"/..\\' });
  pair.upstream.next({ text: 'First answer.' }, { text: 'Second answer.' });
  const first = await ask(pair.server, { conversationId: id, message: 'First' });
  const second = await ask(pair.server, { conversationId: id, message: 'Second' });
  return { id, first, second };
}

const share = async (id: string, body: object = {}) => {
  const response = await pair.server.call(`/api/conversations/${id}/shares`, { body });
  return { status: response.status, ...((await response.json()) as Share & { detail: string }) };
};
const read = async (shareId: string) => {
  const response = await fetch(`${pair.server.url}/api/shares/${shareId}`);
  return { status: response.status, body: (await response.json()) as SharedConversation };
};

describe('a share link', () => {
  it('shows the conversation as it stood, to anybody, and says nothing of who made it', async () => {
    const { id } = await conversation();
    const made = await share(id);
    expect(made.status).toBe(201);
    expect(made.url).toBe(`${pair.server.url}/share/${made.id}`);
    expect(Buffer.from(made.id, 'base64url')).toHaveLength(16);
    await ask(pair.server, { conversationId: id, message: 'A secret, later' });
    const { status, body } = await read(made.id);
    expect(status).toBe(200);
    expect(body.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'First'],
      ['assistant', 'First answer.'],
      ['user', 'Second'],
      ['assistant', 'Second answer.'],
    ]);
    const text = JSON.stringify(body);
    for (const secret of ['secret', 'user@example.com', id, '"runId"', '"usage"'])
      expect(text).not.toContain(secret);
  });

  it('ends where it is told to', async () => {
    const { id, first } = await conversation();
    const made = await share(id, { messageId: first.messageId });
    expect((await read(made.id)).body.messages).toHaveLength(2);
    expect(await share(id, { messageId: 'nowhere' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('messageId'),
    });
    const empty = await createConversation(pair.server);
    expect(await share(empty.id)).toMatchObject({ status: 400 });
  });

  it('leaves out an answer that is still being written', async () => {
    const { id, second } = await conversation();
    const more = { conversationId: id, message: 'Third' };
    pair.upstream.next({ hang: 'mid' });
    const gone = new AbortController();
    const writing = await pair.server.call('/api/chat/stream', { body: more, signal: gone.signal });
    const messages = await readMessages(pair.server, id);
    const answer = messages.at(-1);
    expect(answer).toMatchObject({ role: 'assistant', reason: null });
    for (const body of [{}, { messageId: answer?.id }]) {
      const shown = (await read((await share(id, body)).id)).body.messages;
      expect(shown.map(({ content }) => content).slice(-2)).toEqual(['Second answer.', 'Third']);
      expect(shown.filter(({ role, reason }) => role === 'assistant' && reason !== 'complete')).toEqual([]);
    }
    expect((await read((await share(id, { messageId: second.messageId })).id)).body.messages).toHaveLength(4);
    const exported = await (await pair.server.call(`/api/conversations/${id}/export?format=markdown`)).text();
    expect(exported).toMatch(/## Assistant \(.+\)\n\n\*\(still being written\)\*\n$/);
    gone.abort();
    await writing.text().catch(() => undefined);
  });

  it('shows an answer that was cut as cut', async () => {
    const { id } = await conversation();
    pair.upstream.next({ text: 'Half an answer', end: 'reset' });
    const { reason } = await ask(pair.server, { conversationId: id, message: 'Third' });
    expect(reason).toBe('error');
    expect((await read((await share(id)).id)).body.messages.at(-1)).toMatchObject({ reason: 'error' });
  });

  it('is listed, and taken back by its owner alone', async () => {
    const { id } = await conversation();
    const [a, b] = [await share(id), await share(id)];
    const listed = await pair.server.call(`/api/conversations/${id}/shares`);
    const { shares } = (await listed.json()) as { shares: Share[] };
    expect(shares.map((each) => each.id).toSorted()).toEqual([a.id, b.id].toSorted());
    const { token } = await pair.server.rooms.auth.createAppToken({
      email: 'stranger@example.com',
      name: 'tests',
      scopes: ['history'],
    });
    const remove = (by: string) => pair.server.call(`/api/shares/${a.id}`, { method: 'DELETE', token: by });
    expect((await remove(token)).status).toBe(404);
    expect((await read(a.id)).status).toBe(200);
    expect((await remove(pair.server.token)).status).toBe(204);
    expect((await read(a.id)).status).toBe(404);
    expect((await read(b.id)).status).toBe(200);
  });
});

describe('an export', () => {
  it('is the whole tree as JSON, in a file with a harmless name', async () => {
    const { id, first } = await conversation();
    await ask(pair.server, { conversationId: id, parentId: first.userMessageId });
    const response = await pair.server.call(`/api/conversations/${id}/export?format=json`);
    expect(response.headers.get('content-disposition')).toContain(
      "filename*=UTF-8''%C3%BCn%C3%AFcode-title.json",
    );
    const file = (await response.json()) as { format: string; messages: { id: string }[] };
    expect(file.format).toBe('sluice-conversation');
    const stored = await readMessages(pair.server, id);
    expect(file.messages.map((message) => message.id)).toEqual(stored.map((message) => message.id));
  });

  it('is the newest path as Markdown', async () => {
    const { id, first } = await conversation();
    pair.upstream.next({ text: 'Another answer.' });
    await ask(pair.server, { conversationId: id, parentId: first.userMessageId });
    const response = await pair.server.call(`/api/conversations/${id}/export?format=markdown`);
    expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('## You\n\nFirst\n\n## Assistant (anthropic/');
    expect(text).toContain('Another answer.');
    expect(text).not.toContain('Second');
  });

  it.each(['json', 'markdown'] as const)('as %s breaks off when it is deleted meanwhile', async (format) => {
    const { id } = await conversation();
    const { conversations, database } = pair.server.rooms;
    const user = await database.users.findByEmail('user@example.com');
    const { pieces } = await conversations.export(user?.id ?? '', id, format);
    const read = async () => {
      for await (const _piece of pieces) await database.conversations.delete(id);
    };
    await expect(read()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('says of an answer how it was cut, unless it goes on', async () => {
    const { id } = await createConversation(pair.server, { title: 'Cut' });
    pair.upstream.next({ tokens: 4, end: 'reset', after: 2 }, { text: ' and on.' });
    const cut = await ask(pair.server, { conversationId: id, message: 'Go' });
    const markdown = async () =>
      (await pair.server.call(`/api/conversations/${id}/export?format=markdown`)).text();
    expect(await markdown()).toMatch(/\n\n t0 t1\n\n\*\(error\)\*\n$/);
    await ask(pair.server, { conversationId: id, parentId: cut.messageId, continue: true });
    expect(await markdown()).toMatch(/\n\n t0 t1 and on\.\n$/);
  });

  it('refuses another format by name', async () => {
    const { id } = await createConversation(pair.server);
    const response = await pair.server.call(`/api/conversations/${id}/export?format=pdf`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('format') });
  });
});
