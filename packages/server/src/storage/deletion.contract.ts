import { randomUUID } from 'node:crypto';
import type { StoredPart } from '@sluice/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredConversation } from './conversation-store.ts';
import type { Database } from './database.ts';
import { hashImage } from './image-store.ts';
import {
  makeAnswerEnd,
  makeConversation,
  makeMessage,
  makeOutcome,
  makeRun,
  makeUser,
  someTime,
} from './rows.fixture.ts';

const endlessly = Number.MAX_SAFE_INTEGER;

/** Images, and what goes with a conversation. @param open gives an empty database; the caller closes it */
export function describeDeletion(name: string, open: () => Promise<Database>): void {
  describe(`images and deletion over ${name}`, () => {
    let database: Database;
    let userId: string;
    beforeAll(async () => {
      database = await open();
      const user = makeUser();
      userId = user.id;
      await database.users.insert(user);
    });

    async function insertConversation(): Promise<StoredConversation> {
      const conversation = makeConversation(userId);
      await database.conversations.insert(conversation);
      return conversation;
    }

    async function insertImage() {
      const data = Buffer.from(randomUUID()).toString('base64');
      const image = { hash: hashImage(data), mediaType: 'image/png', data };
      await database.images.insert([image], someTime);
      return image;
    }

    const show = (image: { hash: string }): StoredPart[] => [
      { type: 'text', text: 'Look' },
      { type: 'image', mediaType: 'image/png', sha256: image.hash },
    ];

    it('stores an image once, for all the messages that have it', async () => {
      const { id: conversationId } = await insertConversation();
      const image = await insertImage();
      await database.images.insert([{ ...image, mediaType: 'image/gif' }], someTime + 1);
      await database.messages.insert([
        makeMessage(conversationId, { content: show(image) }),
        makeMessage(conversationId, {
          content: [...show(image), ...show(image)],
        }),
      ]);
      expect(await database.images.findInConversation(image.hash, conversationId)).toEqual(image);
      const other = await insertConversation();
      expect(await database.images.findInConversation(image.hash, other.id)).toBeUndefined();
    });

    it('deletes a conversation with all that was in it, and nothing of another', async () => {
      const [own, shared] = [await insertImage(), await insertImage()];
      const [gone, kept] = [await insertConversation(), await insertConversation()];
      const run = makeRun(userId, { conversationId: gone.id });
      const words = [`w${randomUUID().replaceAll('-', '')}`];
      for (const { id } of [gone, kept]) {
        const message = makeMessage(id, { content: show(id === gone.id ? own : shared) });
        await database.messages.insert([message, makeMessage(id, { content: show(shared) })]);
        const share = { id: `share-${id}`, conversationId: id, title: null, content: '[]', createdAt: 1 };
        await database.shares.insert(share);
        await database.search.insert({ userId, conversationId: id, messageId: message.id, words });
      }
      await database.runs.insert(run);
      await database.checkpoints.insert([{ runId: run.id, seq: 1, text: 'secret', reasoning: '' }]);
      await database.transaction(async (stores) => {
        await stores.search.deleteSome(gone.id, 10);
        await stores.conversations.delete(gone.id);
      });
      expect(await database.conversations.find(gone.id, userId)).toBeUndefined();
      expect(await database.messages.list({ conversationId: gone.id, after: 0, limit: 9 })).toEqual([]);
      expect(await database.shares.find(`share-${gone.id}`)).toBeUndefined();
      expect([...(await database.images.find([own.hash, shared.hash])).keys()]).toEqual([shared.hash]);
      expect(await database.checkpoints.read(run.id)).toEqual({ text: '', reasoning: '' });
      expect(await database.runs.find(run.id, userId)).toMatchObject({ id: run.id });
      const hits = await database.search.find({ userId, words, before: endlessly, limit: 9 });
      expect(hits.map(({ conversationId }) => conversationId)).toEqual([kept.id]);
      expect(await database.shares.find(`share-${kept.id}`)).toBeDefined();
      expect(await database.messages.list({ conversationId: kept.id, after: 0, limit: 9 })).toHaveLength(2);
    });

    it('deletes a few messages at a time, each with what it alone has', async () => {
      const [own, shared] = [await insertImage(), await insertImage()];
      const [gone, kept] = [await insertConversation(), await insertConversation()];
      const words = [`w${randomUUID().replaceAll('-', '')}`];
      const plain = Array.from({ length: 5 }, () => makeMessage(gone.id));
      const shown = [own, shared].map((image) => makeMessage(gone.id, { content: show(image) }));
      await database.messages.insert([...plain, ...shown]);
      await database.messages.insert([makeMessage(kept.id, { content: show(shared) })]);
      const documents = [...plain, ...shown].map(({ id }) => ({
        userId,
        conversationId: gone.id,
        messageId: id,
        words,
      }));
      await database.search.insertMany(documents);
      const { messages, search, images } = database;
      expect([await messages.deleteSome(gone.id, 3), await search.deleteSome(gone.id, 3)]).toEqual([3, 3]);
      const left = await messages.list({ conversationId: gone.id, after: 0, limit: 9 });
      expect(left.map(({ id }) => id)).toEqual([...plain, ...shown].slice(3).map(({ id }) => id));
      expect(await search.find({ userId, words, before: endlessly, limit: 9 })).toHaveLength(4);
      expect(await messages.deleteSome(gone.id, 9)).toBe(4);
      expect(await messages.deleteSome(gone.id, 9)).toBe(0);
      expect(await search.deleteSome(gone.id, 9)).toBe(4);
      expect(await search.find({ userId, words, before: endlessly, limit: 9 })).toEqual([]);
      expect([...(await images.find([own.hash, shared.hash])).keys()]).toEqual([shared.hash]);
    });

    it('deletes conversations whose answers end in the same moment', async () => {
      const ends = Array.from({ length: 20 }, async () => {
        const { id } = await insertConversation();
        const answer = makeMessage(id, { role: 'assistant' });
        const run = makeRun(userId, { conversationId: id, messageId: answer.id });
        await database.messages.insert([answer]);
        await database.runs.insert(run);
        await database.checkpoints.insert([{ runId: run.id, seq: 1, text: 'so far', reasoning: '' }]);
        const ending = database.transaction(async (stores) => {
          await stores.runs.end(run.id, makeOutcome());
          await stores.checkpoints.delete(run.id);
          if (!(await stores.messages.endAnswer(answer.id, makeAnswerEnd()))) return;
          await stores.search.insert({ userId, conversationId: id, messageId: answer.id, words: ['x'] });
          await stores.conversations.update(id, { updatedAt: someTime + 1 });
        });
        const deleting = database.transaction(async (stores) => {
          await stores.search.deleteSome(id, 10);
          await stores.conversations.delete(id);
        });
        await Promise.all([ending, deleting]);
        expect(await database.conversations.find(id, userId)).toBeUndefined();
        expect((await database.runs.find(run.id, userId))?.result?.reason).toBe('complete');
      });
      await Promise.all(ends);
    });

    it('keeps an image that comes into one conversation as it goes with another', async () => {
      const rounds = Array.from({ length: 20 }, async () => {
        const image = await insertImage();
        const [gone, kept] = [await insertConversation(), await insertConversation()];
        await database.messages.insert([makeMessage(gone.id, { content: show(image) })]);
        const adding = database.transaction(async (stores) => {
          await stores.images.insert([image], someTime);
          await stores.messages.insert([makeMessage(kept.id, { content: show(image) })]);
        });
        const deleting = database.transaction((stores) => stores.conversations.delete(gone.id));
        await Promise.all([adding, deleting]);
        expect(await database.images.findInConversation(image.hash, kept.id)).toEqual(image);
      });
      await Promise.all(rounds);
    });
  });
}
