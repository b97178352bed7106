import type { ConversationList, Snippet } from '@sluice/shared';
import { textOf } from './text-of.ts';
import type { Database } from '../storage/database.ts';
import { queryWords } from '../storage/search-words.ts';
import type { SearchHit } from '../storage/search-store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { cutSnippet } from './cut-snippet.ts';
import { toConversation } from './to-wire.ts';

/** Hits looked at for one page: a common word in few, long conversations would have no end. */
const MAX_HITS = 1000;
const HITS_AT_ONCE = 100;

export interface Search {
  userId: string;
  query: string;
  cursor?: string | undefined;
  limit: number;
}

/** Conversations with a title or a message that has all the words, newest hit first; each once on a page. */
export async function searchConversations(database: Database, search: Search): Promise<ConversationList> {
  const { userId, query, cursor, limit } = search;
  const words = queryWords(query);
  if (words.length === 0) return { conversations: [], nextCursor: null };
  let before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(decodeCursor(cursor, ['number'])[0]);
  const snippets = new Map<string, Snippet>();
  let isOver = false;
  for (let looked = 0; looked < MAX_HITS && snippets.size < limit && !isOver; looked += HITS_AT_ONCE) {
    const hits = await database.search.find({ userId, words, before, limit: HITS_AT_ONCE });
    const fresh = hits.filter(({ conversationId }) => !snippets.has(conversationId));
    const texts = await readTexts(database, fresh, userId);
    isOver = hits.length < HITS_AT_ONCE;
    for (const hit of hits) {
      before = hit.number;
      const text = snippets.has(hit.conversationId) ? undefined : texts.get(hit.number);
      const snippet = text === undefined ? null : cutSnippet(text, query);
      if (snippet !== null) snippets.set(hit.conversationId, { messageId: hit.messageId, ...snippet });
      if (snippets.size === limit) break;
    }
  }
  const found = await database.conversations.findMany([...snippets.keys()], userId);
  const byId = new Map(found.map((conversation) => [conversation.id, conversation]));
  const conversations = [...snippets].flatMap(([id, snippet]) => {
    const conversation = byId.get(id);
    return conversation === undefined ? [] : [{ ...toConversation(conversation), snippet }];
  });
  const hasMore = snippets.size === limit || !isOver;
  return { conversations, nextCursor: hasMore ? encodeCursor([before]) : null };
}

/** By the hits' numbers. */
async function readTexts(
  database: Database,
  hits: readonly SearchHit[],
  userId: string,
): Promise<Map<number, string>> {
  const messages = await database.messages.findMany(hits.flatMap(({ messageId }) => messageId ?? []));
  const titled = hits.filter(({ messageId }) => messageId === null);
  const conversations = await database.conversations.findMany(
    titled.map(({ conversationId }) => conversationId),
    userId,
  );
  const texts = new Map([
    ...messages.map(({ id, content }) => [id, textOf(content)] as const),
    ...conversations.map(({ id, title }) => [id, title ?? ''] as const),
  ]);
  return new Map(
    hits.flatMap(({ number, messageId, conversationId }) => {
      const text = texts.get(messageId ?? conversationId);
      return text === undefined ? [] : [[number, text] as const];
    }),
  );
}
