import type { ConversationList, Snippet } from '@sluice/shared';
import { decodeCursor, encodeCursor } from '../storage/cursor.ts';
import type { Database } from '../storage/database.ts';
import { textOf } from '../storage/message-content.ts';
import type { SearchHit } from '../storage/search-store.ts';
import { queryWords } from '../storage/search-words.ts';
import { cutSnippet } from './cut-snippet.ts';
import { toListed } from './to-wire.ts';

/** Hits looked at for one page, a few and then more: a common word in few, long conversations would have no end. */
const HITS_AT_ONCE = [100, 400, 1000];
/** Messages are read so many at a time: each can be long. */
const TEXTS_AT_ONCE = 20;

export interface Search {
  userId: string;
  query: string;
  /** Only conversations that are, or that are not; both, unless given. */
  isArchived?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Conversations with a title or a message that has all the words, newest hit first; each once on a page. */
export async function searchConversations(database: Database, search: Search): Promise<ConversationList> {
  const { userId, query, isArchived, cursor, limit } = search;
  const words = queryWords(query);
  if (words.length === 0) return { conversations: [], nextCursor: null };
  let before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeCursor(cursor, ['number'])[0];
  const snippets = new Map<string, Snippet>();
  let hasMore = true;
  for (const count of HITS_AT_ONCE) {
    const hits = await database.search.find({ userId, words, isArchived, before, limit: count });
    const untried = await showHits(database, { hits, search, snippets });
    before = untried === undefined ? (hits.at(-1)?.number ?? before) : untried.number + 1;
    hasMore = untried !== undefined || hits.length === count;
    if (!hasMore || snippets.size === limit) break;
  }
  const found = await database.conversations.findMany([...snippets.keys()], userId);
  const byId = new Map(found.map((conversation) => [conversation.id, conversation]));
  const conversations = [...snippets].flatMap(([id, snippet]) => {
    const conversation = byId.get(id);
    return conversation === undefined ? [] : [{ ...toListed(conversation), snippet }];
  });
  return { conversations, nextCursor: hasMore ? encodeCursor([before]) : null };
}

/**
 * Adds a snippet for each conversation that has none yet, until the page is full.
 * @returns the newest hit that there was no room for
 */
async function showHits(
  database: Database,
  { hits, search, snippets }: { hits: readonly SearchHit[]; search: Search; snippets: Map<string, Snippet> },
): Promise<SearchHit | undefined> {
  const { userId, query, limit } = search;
  let untried = hits;
  for (;;) {
    untried = untried.filter(({ conversationId }) => !snippets.has(conversationId));
    const room = Math.min(limit - snippets.size, TEXTS_AT_ONCE);
    if (room === 0 || untried.length === 0) return untried[0];
    const tried = new Set(firstOfEach(untried).slice(0, room));
    const texts = await readTexts(database, [...tried], userId);
    for (const { number, conversationId, messageId } of tried) {
      const snippet = await cutSnippet(texts.get(number) ?? '', query);
      if (snippet !== null) snippets.set(conversationId, { messageId, ...snippet });
    }
    untried = untried.filter((hit) => !tried.has(hit));
  }
}

function firstOfEach(hits: readonly SearchHit[]): SearchHit[] {
  const firsts = new Map<string, SearchHit>();
  for (const hit of hits) if (!firsts.has(hit.conversationId)) firsts.set(hit.conversationId, hit);
  return [...firsts.values()];
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
