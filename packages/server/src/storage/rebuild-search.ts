import type { Connections } from './database.ts';
import { textOf } from './message-content.ts';
import type { MessageRecord } from './message-store.ts';
import { createSearchStore } from './search-store.ts';
import { collectWords } from './search-words.ts';

/** A text that is to be found, at its place among all of them. */
export interface SearchPlace {
  number: number;
  conversation_id: string;
  message_id: string | null;
}

/** Texts may be long. */
const TEXTS_AT_ONCE = 20;

/** Cuts the words of titles and messages that are stored, and puts them into the search index at their places. */
export async function rebuildSearch(connections: Connections, places: readonly SearchPlace[]): Promise<void> {
  const search = createSearchStore(connections);
  for (let start = 0; start < places.length; start += TEXTS_AT_ONCE) {
    const some = places.slice(start, start + TEXTS_AT_ONCE);
    const texts = await readTexts(connections, some);
    for (const { number, conversation_id: conversationId, message_id: messageId } of some) {
      const found = texts.get(messageId ?? conversationId);
      if (found === undefined) continue;
      const words = await collectWords(found.text);
      await search.insertAt(number, { userId: found.userId, conversationId, messageId, words });
    }
  }
}

/** By the ids of messages and, for titles, of conversations. */
async function readTexts(
  { db }: Connections,
  places: readonly SearchPlace[],
): Promise<Map<string, { userId: string; text: string }>> {
  const ids = places.map(({ conversation_id, message_id }) => message_id ?? conversation_id);
  const titles = await db
    .selectFrom('conversations')
    .select(['id', 'user_id', 'title'])
    .where('id', 'in', ids)
    .execute();
  const messages = await db
    .selectFrom('messages')
    .innerJoin('conversations', 'conversations.id', 'messages.conversation_id')
    .select(['messages.id', 'user_id', 'content'])
    .where('messages.id', 'in', ids)
    .execute();
  return new Map([
    ...titles.map(({ id, user_id, title }) => [id, { userId: user_id, text: title ?? '' }] as const),
    ...messages.map(
      ({ id, user_id, content }) =>
        [id, { userId: user_id, text: textOf(JSON.parse(content) as MessageRecord['content']) }] as const,
    ),
  ]);
}
