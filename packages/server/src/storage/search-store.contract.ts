import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { makeConversation, makeMessage, makeUser } from './rows.fixture.ts';
import { collectWords, queryWords } from './search-words.ts';

const endlessly = Number.MAX_SAFE_INTEGER;

/** In the order in which they are stored. */
const texts = [
  'The quick brown fox jumps over the lazy dog',
  'Foxes and foxgloves; a FOX-trot',
  'Größe, naïveté, Ångström, İstanbul, ﬁancée',
  '東京都に住んでいます。カタカナも。',
  '我喜欢喝咖啡，北京很大',
  'ภาษาไทยไม่มีช่องว่าง',
  'Съешь ещё этих мягких французских булок',
  '한국어 문장도 찾습니다',
  'code: fetch_user_id(42) === "it\'s" && a:b | c & d ! (e) <-> \\f',
  'v24.21.0 and 2026-11-21',
  '',
];

/** What is found by which words: the same for every database. */
const searches: [query: string, found: number[]][] = [
  ['fox', [1, 0]],
  ['FOX', [1, 0]],
  ['quick laz', [0]],
  ['laz quick', [0]],
  ['uick', []],
  ['fox nothing', []],
  ['grosse', []],
  ['größe', [2]],
  ['GROSSE', []],
  ['naivete', [2]],
  ['angstrom', [2]],
  ['istanbul', [2]],
  ['fiancee', [2]],
  ['東京', [3]],
  ['京都', [3]],
  ['東京都に', [3]],
  ['東都', []],
  ['都', [3]],
  ['カタカ', [3]],
  ['咖啡', [4]],
  ['喝咖啡 北京', [4]],
  ['北', [4]],
  ['ไทย', [5]],
  ['еще булок', [6]],
  ['франц', [6]],
  ['한국', [7]],
  ['user id 42', [8]],
  ["it's", [8]],
  ['a:b', [8]],
  ['<-> | & ! ( )', []],
  ['v24', [9]],
  ['24', []],
  ['2026 11', [9]],
];

/** @param open gives an empty database; the caller closes it */
export function describeSearchStore(name: string, open: () => Promise<Database>): void {
  describe(`search over ${name}`, () => {
    let database: Database;
    let userId: string;
    let conversationId: string;
    const messageIds: string[] = [];

    async function insertConversation(): Promise<{ owner: string; id: string }> {
      const user = makeUser();
      await database.users.insert(user);
      const conversation = makeConversation(user.id);
      await database.conversations.insert(conversation);
      return { owner: user.id, id: conversation.id };
    }

    async function find(query: string, owner = userId, before = endlessly) {
      const words = queryWords(query);
      if (words.length === 0) return [];
      return database.search.find({ userId: owner, words, before, limit: 100 });
    }

    beforeAll(async () => {
      database = await open();
      ({ owner: userId, id: conversationId } = await insertConversation());
      const stranger = await insertConversation();
      for (const text of texts) {
        const messageId = randomUUID();
        messageIds.push(messageId);
        const message = makeMessage(conversationId, { id: messageId, content: text });
        const words = await collectWords(text);
        await database.transaction(async ({ messages, search }) => {
          await messages.insert([message]);
          await search.insert({ userId, conversationId, messageId, words });
        });
        const other = { userId: stranger.owner, conversationId: stranger.id, messageId: null };
        await database.search.insert({ ...other, words });
      }
    });

    it.each(searches)('finds by %j, newest first', async (query, found) => {
      const hits = await find(query);
      expect(hits.map(({ messageId }) => messageIds.indexOf(messageId ?? ''))).toEqual(found);
    });

    it('pages back from a number without losing or repeating any', async () => {
      const { owner, id } = await insertConversation();
      const inserted: string[] = [];
      for (let index = 0; index < 25; index += 1) {
        const messageId = randomUUID();
        inserted.unshift(messageId);
        await database.search.insert({ userId: owner, conversationId: id, messageId, words: ['same'] });
      }
      const seen: (string | null)[] = [];
      for (let before = endlessly; ;) {
        const page = await database.search.find({ userId: owner, words: ['sa'], before, limit: 4 });
        if (page.length === 0) break;
        seen.push(...page.map(({ messageId }) => messageId));
        before = page.at(-1)!.number;
      }
      expect(seen).toEqual(inserted);
    });

    it('takes many at once, each found by its own words, the last one first', async () => {
      const { owner, id } = await insertConversation();
      const documents = Array.from({ length: 60 }, (_, index) => ({
        userId: owner,
        conversationId: id,
        messageId: `m${index}`,
        words: ['same', `number${index}`],
      }));
      await database.search.insertMany(documents);
      const found = (await find('same', owner)).map(({ messageId }) => messageId);
      expect(found).toEqual(documents.map(({ messageId }) => messageId).toReversed());
      expect(await find('number41', owner)).toMatchObject([{ messageId: 'm41' }]);
    });

    it('finds nothing of a hidden conversation, nor less because of it', async () => {
      const { owner, id } = await insertConversation();
      const hidden = makeConversation(owner);
      await database.conversations.insert(hidden, true);
      for (const conversationId of [id, id, hidden.id, hidden.id, hidden.id]) {
        await database.search.insert({ userId: owner, conversationId, messageId: null, words: ['same'] });
      }
      const find = async (isArchived?: boolean) => {
        const query = { userId: owner, words: ['same'], isArchived, before: endlessly, limit: 2 };
        return (await database.search.find(query)).map(({ conversationId }) => conversationId);
      };
      expect(await find()).toEqual([id, id]);
      expect(await find(false)).toEqual([id, id]);
      await database.conversations.show(hidden.id);
      expect(await find()).toEqual([hidden.id, hidden.id]);
    });

    it('keeps to the archive, or out of it, when asked to', async () => {
      const { owner, id } = await insertConversation();
      const archived = makeConversation(owner, { isArchived: true });
      await database.conversations.insert(archived);
      for (const conversationId of [id, archived.id, id, archived.id]) {
        await database.search.insert({ userId: owner, conversationId, messageId: null, words: ['same'] });
      }
      const query = { userId: owner, words: ['same'], before: endlessly, limit: 2 };
      const found = async (isArchived?: boolean) =>
        (await database.search.find({ ...query, isArchived })).map(({ conversationId }) => conversationId);
      expect(await found()).toEqual([archived.id, id]);
      expect(await found(true)).toEqual([archived.id, archived.id]);
      expect(await found(false)).toEqual([id, id]);
    });

    it('forgets a title without its messages, and then all', async () => {
      const { owner, id } = await insertConversation();
      const insert = (messageId: string | null) =>
        database.search.insert({ userId: owner, conversationId: id, messageId, words: ['same'] });
      await insert(null);
      await insert('m');
      await database.search.deleteTitle(id);
      expect(await find('same', owner)).toMatchObject([{ messageId: 'm', conversationId: id }]);
      await database.search.deleteSome(id, 10);
      expect(await find('same', owner)).toEqual([]);
    });

    it('takes the most words that a text can have, at their longest, of any script', async () => {
      const { owner, id } = await insertConversation();
      const scripts = ['a', 'я', 'ก', '漢', '𝒳', '𐐨'];
      for (const letter of scripts) {
        const text = Array.from({ length: 25_000 }, (_, index) => `${index}${letter.repeat(80)}`).join(' ');
        const words = await collectWords(text);
        await database.search.insert({ userId: owner, conversationId: id, messageId: letter, words });
        expect(await find(`0${letter.repeat(30)}`, owner), letter).toMatchObject([{ messageId: letter }]);
      }
    });

    it('finds any part of a run that is looked at in pieces', async () => {
      const { owner, id } = await insertConversation();
      const run = `${'漢'.repeat(1020)}東京都に住んでいます${'字'.repeat(2_000_000)}末尾`;
      const words = await collectWords(run);
      await database.search.insert({ userId: owner, conversationId: id, messageId: 'm', words });
      for (const query of ['東京都に住んでいます', '字字', '末尾', '尾']) {
        expect(await find(query, owner), query).toHaveLength(1);
      }
      expect(await find('都京', owner)).toEqual([]);
    });

    it('takes as many words in one search as a query can have', async () => {
      const { owner, id } = await insertConversation();
      const words = Array.from({ length: 40 }, (_, index) => `word${index}${'x'.repeat(50)}`);
      await database.search.insert({ userId: owner, conversationId: id, messageId: 'm', words });
      expect(await find(words.join(' '), owner)).toHaveLength(1);
    });
  });
}
