import type { Conversation, ConversationList } from '@sluice/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import { ask, createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });

const list = async (query = '', token = pair.server.token): Promise<ConversationList> => {
  const response = await pair.server.call(`/api/conversations${query}`, { token });
  expect(response.status).toBe(200);
  return (await response.json()) as ConversationList;
};
const titles = async (query = '', token?: string) =>
  (await list(query, token)).conversations.map(({ title }) => title);
const change = (id: string, body: object, token = pair.server.token) =>
  pair.server.call(`/api/conversations/${id}`, { method: 'PATCH', body, token });
const remove = (id: string, token = pair.server.token) =>
  pair.server.call(`/api/conversations/${id}`, { method: 'DELETE', token });

let users = 0;
/** @returns a token of a user who has nothing yet */
async function newUser(): Promise<string> {
  users += 1;
  const scopes = ['chat', 'history'];
  const user = { email: `list-${users}@example.com`, name: 'tests', scopes };
  return (await pair.server.rooms.auth.createAppToken(user)).token;
}
let token: string;
beforeEach(async () => {
  token = await newUser();
});

async function create(...names: string[]): Promise<Conversation[]> {
  const made: Conversation[] = [];
  for (const title of names) made.push(await createConversation(pair.server, { title, token }));
  return made;
}

describe('the list', () => {
  it('has pinned ones first, then what changed last, and leaves out the archived', async () => {
    const [a, b] = await create('a', 'b', 'c', 'd');
    await change(a?.id ?? '', { pinned: true }, token);
    await change(b?.id ?? '', { archived: true }, token);
    const [first, ...others] = await titles('', token);
    expect(first).toBe('a');
    expect(new Set(others)).toEqual(new Set(['c', 'd']));
    expect(await titles('?archived=true', token)).toEqual(['b']);
    expect(await titles()).not.toContain('a');
  });

  it('gives every conversation once, page by page, although many were made in one moment', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `n${index}`);
    await Promise.all(names.map((title) => createConversation(pair.server, { title, token })));
    const seen: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const page: ConversationList = await list(
        `?limit=4${cursor === null ? '' : `&cursor=${cursor}`}`,
        token,
      );
      seen.push(...page.conversations.map(({ title }) => title));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(names));
  });

  it.each([
    ['?limit=0', 'invalid_request', 'limit'],
    ['?limit=201', 'invalid_request', 'limit'],
    ['?limit=many', 'invalid_request', 'limit'],
    ['?archived=perhaps', 'invalid_request', 'archived'],
    [`?q=${'q'.repeat(501)}`, 'invalid_request', 'q'],
    ['?cursor=nonsense', 'invalid_cursor', 'cursor'],
    [`?cursor=${Buffer.from('[1,2]').toString('base64url')}`, 'invalid_cursor', 'cursor'],
    ['?q=word&cursor=nonsense', 'invalid_cursor', 'cursor'],
    [`?cursor=${Buffer.from('[0,1.5,"x"]').toString('base64url')}`, 'invalid_cursor', 'cursor'],
    [`?cursor=${Buffer.from('[0,1e300,"x"]').toString('base64url')}`, 'invalid_cursor', 'cursor'],
    [`?q=word&cursor=${Buffer.from('[1.5]').toString('base64url')}`, 'invalid_cursor', 'cursor'],
    [`?q=word&cursor=${Buffer.from('[-1]').toString('base64url')}`, 'invalid_cursor', 'cursor'],
  ])('refuses %s by name', async (query, code, field) => {
    const response = await pair.server.call(`/api/conversations${query}`);
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { code: string; detail: string };
    expect(problem).toMatchObject({ code, detail: expect.stringContaining(field) });
  });
});

describe('one conversation', () => {
  it.each([
    [{ title: '' }, 'title'],
    [{ title: 'x'.repeat(201) }, 'title'],
    [{ title: 'a\0b' }, 'title'],
    [{ pinned: 1 }, 'pinned'],
    [{ colour: 'red' }, 'colour'],
    [{ settings: { temperature: 3 } }, 'settings.temperature'],
    [{ settings: { colour: 'red' } }, 'colour'],
    [{ settings: { systemPrompt: '' } }, 'settings.systemPrompt'],
    [{ settings: { systemPrompt: 'x'.repeat(100_001) } }, 'settings.systemPrompt'],
  ])('refuses to be changed to %j', async (body, field) => {
    const [made] = await create('a');
    const response = await change(made?.id ?? '', body, token);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining(field) });
    expect(await titles('', token)).toEqual(['a']);
  });

  it('keeps what is set for whoever asks in it, in place of what was set, and out of lists', async () => {
    const settings = {
      model: 'openai/gpt-4.1',
      systemPrompt: 'Be “brief”.',
      temperature: 0,
      reasoning: 'off',
    };
    const response = await pair.server.call('/api/conversations', { body: { title: 'a', settings }, token });
    const { id } = (await response.json()) as Conversation;
    const read = async () =>
      (await (await pair.server.call(`/api/conversations/${id}`, { token })).json()) as Conversation;
    expect((await read()).settings).toEqual(settings);
    expect(((await (await change(id, { pinned: true }, token)).json()) as Conversation).settings).toEqual(
      settings,
    );
    expect((await list('', token)).conversations).toEqual([expect.not.objectContaining({ settings })]);
    await change(id, { settings: { maxOutputTokens: 5 } }, token);
    expect((await read()).settings).toEqual({ maxOutputTokens: 5 });
    await change(id, { settings: {} }, token);
    expect((await read()).settings).toEqual({});
  });

  it('is nothing to another user', async () => {
    const [{ id } = { id: '' }] = await create('a');
    const other = pair.server.token;
    const paths = ['', '/messages', '/export', '/shares'].map((rest) => `/api/conversations/${id}${rest}`);
    const answers = await Promise.all([
      ...paths.map((path) => pair.server.call(path)),
      change(id, { title: 'mine' }, other),
      remove(id, other),
      pair.server.call(`/api/conversations/${id}/shares`, { body: {} }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(404));
    expect(await titles('', token)).toEqual(['a']);
  });

  it('is really gone when it is deleted: messages, what a search finds, links, and its running answer', async () => {
    const { id } = await createConversation(pair.server);
    const { runId } = await ask(pair.server, { conversationId: id, message: 'The unforgettable xylophone' });
    const share = await pair.server.call(`/api/conversations/${id}/shares`, { body: {} });
    const { id: shareId } = (await share.json()) as { id: string };
    pair.upstream.next({ hang: 'mid' });
    const running = await pair.server.call('/api/chat/stream', {
      body: { conversationId: id, message: 'More' },
    });
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    expect((await remove(id)).status).toBe(204);
    expect(pair.upstream.stats.active).toBe(0);
    expect(await running.text()).toContain('"reason":"stopped"');
    const gone = await Promise.all(
      [`/api/conversations/${id}`, `/api/conversations/${id}/messages`, `/api/shares/${shareId}`].map(
        (path) => pair.server.call(path),
      ),
    );
    expect(gone.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await titles('?q=xylophone')).toEqual([]);
    expect((await remove(id)).status).toBe(404);
    expect((await pair.server.call(`/api/runs/${runId}`)).status).toBe(200);
    const runs = [runId, running.headers.get('x-run-id') ?? ''];
    const logs = await Promise.all(runs.map((run) => pair.server.call(`/api/runs/${run}/events`)));
    expect(logs.map(({ status }) => status)).toEqual([410, 410]);
  });

  it('is deleted whole although questions and links come at that moment', async () => {
    pair.upstream.script({ tokens: 2000, delayMs: 5 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const { id } = await createConversation(pair.server);
        const asked = pair.server.call('/api/chat/stream', {
          body: { conversationId: id, message: 'The last zeppelin' },
        });
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
        const sharing = pair.server.call(`/api/conversations/${id}/shares`, { body: {} });
        const [response, removed, shared] = await Promise.all([asked, remove(id), sharing]);
        expect([201, 400, 404]).toContain(shared.status);
        return { status: response.status, removed: removed.status, text: await response.text() };
      }),
    );
    for (const { status, removed, text } of answers) {
      expect(removed).toBe(204);
      expect(text).toContain(status === 200 ? '"reason":"stopped"' : '"code":"not_found"');
    }
    expect(pair.upstream.stats.active).toBe(0);
    const { database } = pair.server.rooms;
    expect(await titles('?q=zeppelin')).toEqual([]);
    expect(await database.runs.listOrphaned()).toEqual([]);
  });
});

describe('the search', () => {
  const search = async (query: string) => (await list(`?q=${encodeURIComponent(query)}`)).conversations;
  /** Of each hit, the words that are marked. */
  const marked = async (query: string) =>
    (await search(query)).map(({ snippet }) =>
      snippet?.highlights.map(([start, end]) => snippet.text.slice(start, end)),
    );

  it('finds titles, prompts and answers by the beginnings of their words, and marks them', async () => {
    const { id } = await createConversation(pair.server, { title: 'About Zanzibar' });
    pair.upstream.next({ text: 'A quokka is a small marsupial. Quokkas smile.' });
    await ask(pair.server, { conversationId: id, message: 'Describe kinkajous' });
    expect(await marked('zanzi')).toEqual([['Zanzibar']]);
    expect(await marked('KINKA')).toEqual([['kinkajous']]);
    expect(await marked('quokka small')).toEqual([['quokka', 'small', 'Quokkas']]);
    expect(await marked('quokka zebra')).toEqual([]);
    expect(await marked('qu quokka')).toEqual([['quokka', 'Quokkas']]);
    const [hit] = await search('quokka');
    expect(hit).toMatchObject({ id, snippet: { messageId: (await readMessages(pair.server, id))[1]?.id } });
  });

  it('finds Chinese and Japanese words, accents with and without, and nothing in a query without words', async () => {
    const { id } = await createConversation(pair.server);
    pair.upstream.next(
      { text: '東京は日本の首都です。人工知能について話しましょう。' },
      { text: '我喜欢机器学习。' },
    );
    await ask(pair.server, { conversationId: id, message: 'Où est la crème brûlée ?' });
    await ask(pair.server, { conversationId: id, message: 'Go on' });
    expect(await marked('首都')).toEqual([['首都']]);
    expect(await marked('人工知能')).toEqual([['人工知能']]);
    expect(await marked('机器')).toEqual([['机器']]);
    expect(await marked('機械')).toEqual([]);
    expect(await marked('creme')).toEqual([['crème']]);
    expect(await marked('brûl')).toEqual([['brûlée']]);
    expect(await search('?!')).toEqual([]);
  });

  it('finds what is hostile to a query language, as words', async () => {
    const { id } = await createConversation(pair.server, { title: 'NEAR the OR gate: a" b* (c) ^d' });
    for (const query of ['near or', '"gate"', 'gate*', "gate' OR 1=1 --", 'gate & !(the | ^)', '%', '_']) {
      const found = await search(query);
      if (query === '%' || query === '_') expect(found).toEqual([]);
      else if (query.includes('1=1')) expect(found).toEqual([]);
      else expect(found.map((conversation) => conversation.id)).toEqual([id]);
    }
  });

  it('forgets an old title, and finds the archived', async () => {
    const { id } = await createConversation(pair.server, { title: 'oldname' });
    await change(id, { title: 'newname', archived: true });
    expect(await search('oldname')).toEqual([]);
    expect((await search('newname')).map((conversation) => conversation.id)).toEqual([id]);
  });

  it('looks into the archive and out of it, or into one of them, also where a page ends between', async () => {
    const made = await create('hoopoe 1', 'hoopoe 2', 'hoopoe 3', 'hoopoe 4');
    for (const index of [1, 3]) await change(made[index]?.id ?? '', { archived: true }, token);
    const found = async (query: string) => {
      const seen: (string | null)[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: ConversationList = await list(`?q=hoopoe&limit=1${query}${cursor}`, token);
        seen.push(...page.conversations.map(({ title }) => title));
        cursor = page.nextCursor === null ? null : `&cursor=${page.nextCursor}`;
      }
      return seen;
    };
    expect(await found('')).toEqual(['hoopoe 4', 'hoopoe 3', 'hoopoe 2', 'hoopoe 1']);
    expect(await found('&archived=true')).toEqual(['hoopoe 4', 'hoopoe 2']);
    expect(await found('&archived=false')).toEqual(['hoopoe 3', 'hoopoe 1']);
  });

  it('goes on page by page to the end', async () => {
    for (let index = 0; index < 7; index += 1) {
      await createConversation(pair.server, { title: `paginated ${index}`, token });
    }
    const seen = new Set<string | null>();
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: ConversationList = await list(
        `?q=paginated&limit=3${cursor ? `&cursor=${cursor}` : ''}`,
        token,
      );
      for (const { title } of page.conversations) seen.add(title);
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== null && pages < 10);
    expect(seen.size).toBe(7);
    expect(pages).toBe(3);
  });
});
