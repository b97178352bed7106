import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeDataDir } from '../data-dir.fixture.ts';
import type { Database } from '../database.ts';
import { createDatabase, openConnections } from '../open-database.ts';
import { makeConversation, makeMessage, makeUser } from '../rows.fixture.ts';
import { collectWords } from '../search-words.ts';

/** Of words that stand nowhere else: an index may share the beginnings of words, or cut them into pieces. */
const traces = ['xylo', 'phoniq', 'quagg', 'gwump', '鱻龘', '龘靐'];
const title = 'About Xylophoniqs';
const content = 'A quaggwump plays it: 鱻龘靐。';

async function open() {
  const dataDir = await makeDataDir();
  const connections = await openConnections({ dataDir });
  onTestFinished(() => connections[Symbol.asyncDispose]());
  const database = createDatabase(connections);
  const user = makeUser();
  await database.users.insert(user);
  const read = async () => {
    const files = await Promise.all(
      ['sluice.db', 'sluice.db-wal'].map((name) => readFile(join(dataDir, name), 'utf8')),
    );
    const text = files.join().toLowerCase();
    return traces.filter((trace) => text.includes(trace));
  };
  return { database, connections, userId: user.id, read };
}

async function insert(database: Database, userId: string, texts: { title: string; content: string }) {
  const conversation = makeConversation(userId, { title: texts.title });
  const message = makeMessage(conversation.id, { content: texts.content });
  const place = { userId, conversationId: conversation.id };
  const titleWords = await collectWords(texts.title);
  const words = await collectWords(texts.content);
  await database.transaction(async (stores) => {
    await stores.conversations.insert(conversation);
    await stores.messages.insert([message]);
    await stores.search.insert({ ...place, messageId: null, words: titleWords });
    await stores.search.insert({ ...place, messageId: message.id, words });
  });
  return conversation.id;
}

async function fill(database: Database, userId: string, count: number) {
  for (let index = 0; index < count; index += 1) {
    const words = Array.from({ length: 60 }, (_, word) => `w${(index * 37 + word * 101) % 5000}`).join(' ');
    await insert(database, userId, { title: `number ${index}`, content: words });
  }
}

const remove = (database: Database, id: string) =>
  database.transaction(async (stores) => {
    await stores.search.deleteSome(id, 10_000);
    await stores.conversations.delete(id);
  });

describe('what was deleted', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => vi.useRealTimers());

  it("leaves no word, nor a part of one, in the database's files after a minute", async () => {
    const { database, userId, read } = await open();
    await fill(database, userId, 100);
    const id = await insert(database, userId, { title, content });
    await fill(database, userId, 100);
    expect(await read()).toEqual(traces);
    await remove(database, id);
    expect(await read()).not.toEqual([]);
    vi.advanceTimersByTime(60_000);
    await expect.poll(read, { timeout: 5000 }).toEqual([]);
    const query = { userId, words: ['w101'], before: Number.MAX_SAFE_INTEGER, limit: 999 };
    expect((await database.search.find(query)).length).toBeGreaterThan(1);
  });

  it('leaves nothing of a title that was changed', async () => {
    const { database, userId, read } = await open();
    const id = await insert(database, userId, { title, content: 'hello' });
    await database.transaction(async (stores) => {
      await stores.conversations.update(id, { title: 'Another' });
      await stores.search.deleteTitle(id);
    });
    vi.advanceTimersByTime(60_000);
    await expect.poll(read, { timeout: 5000 }).toEqual([]);
  });

  it('is swept out in short transactions, in which others have their turn, and not again', async () => {
    const { database, connections, userId, read } = await open();
    await fill(database, userId, 1000);
    const id = await insert(database, userId, { title, content });
    const merged = vi.spyOn(connections.db, 'transaction');
    await remove(database, id);
    merged.mockClear();
    vi.advanceTimersByTime(60_000);
    await expect.poll(() => merged.mock.calls.length).toBeGreaterThan(2);
    await database.users.insert(makeUser());
    await expect.poll(read, { timeout: 5000 }).toEqual([]);
    const { rows } = await sql`select 1 from search_index_data where id >= (65536 << 37)`.execute(
      connections.db,
    );
    expect(rows).toEqual([]);
    merged.mockClear();
    await vi.advanceTimersByTimeAsync(10_000_000);
    expect(merged).not.toHaveBeenCalled();
  });
});
