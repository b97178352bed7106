import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConversationPosition, ListedConversation, StoredConversation } from './conversation-store.ts';
import type { Database } from './database.ts';
import { isUniqueViolation } from './is-unique-violation.ts';
import type { MessageRecord } from './message-store.ts';
import { makeAnswerEnd, makeConversation, makeMessage, makeUser, someTime } from './rows.fixture.ts';

/** Conversations, messages and shares. @param open gives an empty database; the caller closes it */
export function describeConversationStores(name: string, open: () => Promise<Database>): void {
  describe(`stores of conversations over ${name}`, () => {
    let database: Database;
    let userId: string;
    beforeAll(async () => {
      database = await open();
      userId = await insertUser();
    });

    async function insertUser() {
      const user = makeUser();
      await database.users.insert(user);
      return user.id;
    }

    async function insertConversation(changes: Partial<StoredConversation> = {}) {
      const conversation = makeConversation(changes.userId ?? userId, changes);
      await database.conversations.insert(conversation);
      return conversation;
    }

    const listed = (conversation: StoredConversation): ListedConversation => {
      const { settings, ...rest } = conversation;
      expect(settings).toEqual({});
      return rest;
    };

    async function readPages(owner: string, { isArchived = false, limit = 7 } = {}) {
      const pages: ListedConversation[][] = [];
      let after: ConversationPosition | undefined;
      for (;;) {
        const page = await database.conversations.list({
          userId: owner,
          isArchived,
          limit,
          ...(after && { after }),
        });
        if (page.length === 0) return pages;
        pages.push(page);
        after = page.at(-1);
      }
    }

    it('lists a page at a time without losing or repeating any, however many changed in one millisecond', async () => {
      const owner = await insertUser();
      const made = Array.from({ length: 60 }, (_, index) =>
        makeConversation(owner, { updatedAt: someTime + (index % 3), isPinned: index % 10 === 0 }),
      );
      for (const conversation of made) await database.conversations.insert(conversation);
      const found = (await readPages(owner)).flat();
      expect(found.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
      const rank = ({ isPinned, updatedAt }: ListedConversation) => (isPinned ? 1000 : 0) + updatedAt;
      expect(found.map(rank)).toEqual(found.map(rank).toSorted((a, b) => b - a));
    });

    it('keeps its place in the list while others change', async () => {
      const owner = await insertUser();
      const made = Array.from({ length: 6 }, (_, index) =>
        makeConversation(owner, { updatedAt: someTime + index }),
      );
      for (const conversation of made) await database.conversations.insert(conversation);
      const query = { userId: owner, isArchived: false, limit: 3 };
      const first = await database.conversations.list(query);
      await database.conversations.update(made[5]!.id, { updatedAt: someTime + 9 });
      await database.conversations.update(made[3]!.id, { isArchived: true });
      const second = await database.conversations.list({ ...query, after: first.at(-1)! });
      expect(second.map(({ id }) => id)).toEqual([made[2]!.id, made[1]!.id, made[0]!.id]);
    });

    it('lists the archived ones apart, and nobody elses', async () => {
      const owner = await insertUser();
      const archived = await insertConversation({ userId: owner, isArchived: true });
      const kept = await insertConversation({ userId: owner });
      expect((await readPages(owner)).flat()).toEqual([listed(kept)]);
      expect((await readPages(owner, { isArchived: true })).flat()).toEqual([listed(archived)]);
      expect(await readPages(await insertUser())).toEqual([]);
    });

    it('finds a conversation for its owner alone, as it was last changed', async () => {
      const { conversations } = database;
      const conversation = await insertConversation();
      const settings = { model: 'a/b', systemPrompt: 'Größe \u2028 "x"', temperature: 0 };
      const changes = { title: 'Größe\u2028 "x" 漢字', isPinned: true, updatedAt: someTime + 1, settings };
      expect(await conversations.update(conversation.id, changes)).toBe(true);
      expect(await conversations.find(conversation.id, userId)).toEqual({ ...conversation, ...changes });
      await conversations.update(conversation.id, { settings: {} });
      expect(await conversations.find(conversation.id, userId)).toMatchObject({ settings: {} });
      const stranger = await insertUser();
      expect(await conversations.find(conversation.id, stranger)).toBeUndefined();
      expect(await conversations.findMany([conversation.id], stranger)).toEqual([]);
      expect(await conversations.update('none', { title: 'x' })).toBe(false);
    });

    it('finds a hidden one nowhere until it is shown, and lists what is still hidden', async () => {
      const { conversations } = database;
      const owner = await insertUser();
      const [hidden, other] = [makeConversation(owner), makeConversation(owner)];
      for (const each of [hidden, other]) await conversations.insert(each, true);
      expect(await conversations.find(hidden.id, owner)).toBeUndefined();
      expect(await conversations.findMany([hidden.id, other.id], owner)).toEqual([]);
      expect(await readPages(owner)).toEqual([]);
      expect((await conversations.listHidden()).toSorted()).toEqual([hidden.id, other.id].toSorted());
      await conversations.show(hidden.id);
      expect(await conversations.find(hidden.id, owner)).toEqual(hidden);
      expect((await readPages(owner)).flat()).toEqual([listed(hidden)]);
      expect(await conversations.listHidden()).toEqual([other.id]);
    });

    it('hides one with the links to it', async () => {
      const { conversations, shares } = database;
      const conversation = await insertConversation();
      const { id: conversationId } = conversation;
      const share = { id: randomUUID(), conversationId, title: null, content: '[]', createdAt: someTime };
      await shares.insert(share);
      await conversations.hide(conversationId);
      expect(await conversations.find(conversationId, userId)).toBeUndefined();
      expect(await conversations.findForUpdate(conversationId, userId)).toBeUndefined();
      expect(await conversations.listHidden()).toContain(conversationId);
      expect(await shares.find(share.id)).toBeUndefined();
    });

    it('keeps every character of what was said, and takes no title for one that no database can hold', async () => {
      const said = 'a\0b\ud800 \u2028 😀 "\\';
      const conversation = await insertConversation({ title: 'a\0b' });
      const message = makeMessage(conversation.id, { content: said, reasoning: said });
      await database.messages.insert([message]);
      const found = await database.messages.find(message.id, conversation.id);
      expect(found).toMatchObject({ content: said, reasoning: said });
      expect((await database.conversations.find(conversation.id, userId))?.title).toBe('a\ufffdb');
    });

    it('gives back a path from a tree five thousand messages deep, in order', async () => {
      const { id: conversationId } = await insertConversation();
      const trunk: MessageRecord[] = [];
      for (let depth = 0; depth < 5000; depth += 1) {
        trunk.push(makeMessage(conversationId, { parentId: trunk.at(-1)?.id ?? null }));
      }
      const branch = makeMessage(conversationId, { parentId: trunk[2000]!.id });
      await database.transaction(({ messages }) => messages.insert([...trunk, branch]));
      const path = await database.messages.findPath(trunk.at(-1)!.id, conversationId);
      expect(path.map(({ id }) => id)).toEqual(trunk.map(({ id }) => id));
      const short = await database.messages.findPath(branch.id, conversationId);
      expect(short.map(({ id }) => id)).toEqual([...trunk.slice(0, 2001), branch].map(({ id }) => id));
      expect((await database.messages.findNewest(conversationId))?.id).toBe(branch.id);
    });

    it('gives a path in pages that are short, and not of many characters', async () => {
      const { id: conversationId } = await insertConversation();
      const trunk: MessageRecord[] = [];
      for (let depth = 0; depth < 2500; depth += 1) {
        const content = depth % 500 === 0 ? 'x'.repeat(200_000) : 'short';
        trunk.push(makeMessage(conversationId, { parentId: trunk.at(-1)?.id ?? null, content }));
      }
      await database.transaction(({ messages }) => messages.insert(trunk));
      const pages: MessageRecord[][] = [];
      for await (const page of database.messages.pagePath(trunk.at(-1)!.id, conversationId)) pages.push(page);
      expect(pages.flat().map(({ id }) => id)).toEqual(trunk.map(({ id }) => id));
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(200);
      const lengths = pages.map((page) => page.reduce((sum, { content }) => sum + content.length, 0));
      expect(Math.max(...lengths)).toBeLessThanOrEqual(262_144);
    });

    it('breaks a path off when its conversation is deleted meanwhile', async () => {
      const { id: conversationId } = await insertConversation();
      const trunk = [makeMessage(conversationId)];
      for (let depth = 1; depth < 1000; depth += 1) {
        trunk.push(makeMessage(conversationId, { parentId: trunk.at(-1)!.id }));
      }
      await database.messages.insert(trunk);
      const read = async () => {
        for await (const _page of database.messages.pagePath(trunk.at(-1)!.id, conversationId)) {
          await database.conversations.delete(conversationId);
        }
      };
      await expect(read()).rejects.toMatchObject({ code: 'not_found' });
    });

    it('gives no path into another conversation', async () => {
      const [one, other] = [await insertConversation(), await insertConversation()];
      const message = makeMessage(one.id);
      const stray = makeMessage(other.id, { parentId: message.id });
      await database.messages.insert([message, stray]);
      expect(await database.messages.findPath(message.id, other.id)).toEqual([]);
      expect(await database.messages.find(message.id, other.id)).toBeUndefined();
      expect((await database.messages.findPath(stray.id, other.id)).map(({ id }) => id)).toEqual([stray.id]);
    });

    it('pages through messages in the order in which they were stored, whatever their times', async () => {
      const { id: conversationId } = await insertConversation();
      const stored: string[] = [];
      for (let index = 0; index < 20; index += 1) {
        const message = makeMessage(conversationId, { createdAt: someTime - (index % 4) });
        await database.messages.insert([message]);
        stored.push(message.id);
      }
      const seen: string[] = [];
      for (let after = 0; ;) {
        const page = await database.messages.list({ conversationId, after, limit: 6 });
        if (page.length === 0) break;
        seen.push(...page.map(({ id }) => id));
        after = page.at(-1)!.number;
      }
      expect(seen).toEqual(stored);
    });

    it('ends an answer once', async () => {
      const { id: conversationId } = await insertConversation();
      const answer = makeMessage(conversationId, { role: 'assistant', content: '' });
      await database.messages.insert([answer]);
      const end = makeAnswerEnd();
      expect(await database.messages.endAnswer(answer.id, end)).toBe(true);
      expect(await database.messages.endAnswer(answer.id, { ...end, content: 'Twice' })).toBe(false);
      expect(await database.messages.find(answer.id, conversationId)).toMatchObject({ ...answer, ...end });
      expect(await database.messages.endAnswer('none', end)).toBe(false);
    });

    it('gives back a share to whoever knows its id, until its owner deletes it', async () => {
      const { shares } = database;
      const { id: conversationId } = await insertConversation();
      const share = { id: randomUUID(), conversationId, title: 'T', content: '[]', createdAt: someTime };
      await shares.insert(share);
      expect(await shares.find(share.id)).toEqual(share);
      expect(await shares.list(conversationId)).toEqual([{ id: share.id, createdAt: someTime }]);
      expect(await shares.delete(share.id, await insertUser())).toBe(false);
      expect(await shares.delete(share.id, userId)).toBe(true);
      expect(await shares.find(share.id)).toBeUndefined();
      expect(await shares.delete(share.id, userId)).toBe(false);
    });

    it('refuses a second message with one id, as a unique violation', async () => {
      const { id } = await insertConversation();
      const message = makeMessage(id);
      await database.messages.insert([message]);
      const again = await database.messages.insert([message]).catch((error: unknown) => error);
      expect(isUniqueViolation(again)).toBe(true);
    });
  });
}
