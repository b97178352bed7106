import type { Connection, Conversation, ConversationList } from '@sluice/shared';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { readConversation } from './conversation-requests.ts';

/** Where the page keeps what it knows of conversations. */
export const conversationKeys = {
  lists: ['conversations', 'list'] as const,
  list: (q: string, archived: boolean) => ['conversations', 'list', { q, archived }] as const,
  one: (id: string) => ['conversations', 'one', id] as const,
  messages: (id: string) => ['conversations', 'messages', id] as const,
};

export type ListPages = InfiniteData<ConversationList, string | null>;

/** The server's order: pinned ones first, then by the newest message. */
function standsBefore(a: Conversation, b: Conversation): boolean {
  return a.pinned === b.pinned ? a.updatedAt > b.updatedAt : a.pinned;
}

/** @returns the pages without the conversation */
export function removeFromPages(data: ListPages, id: string): ListPages {
  const pages = data.pages.map((page) => ({
    ...page,
    conversations: page.conversations.filter((conversation) => conversation.id !== id),
  }));
  return { ...data, pages };
}

/** @returns the pages with the conversation where the server would list it; one that belongs behind the last page is left out */
export function placeInPages(data: ListPages, conversation: Conversation): ListPages {
  const { pages, ...rest } = removeFromPages(data, conversation.id);
  const pageIndex = pages.findIndex(
    ({ conversations, nextCursor }) =>
      nextCursor === null || conversations.some((other) => standsBefore(conversation, other)),
  );
  if (pageIndex < 0) return { ...rest, pages };
  return {
    ...rest,
    pages: pages.map((page, index) => {
      if (index !== pageIndex) return page;
      const at = page.conversations.findIndex((other) => standsBefore(conversation, other));
      const place = at < 0 ? page.conversations.length : at;
      return { ...page, conversations: page.conversations.toSpliced(place, 0, conversation) };
    }),
  };
}

/** Puts a conversation, as it now is, wherever it is shown. What a search found keeps its place and its snippet; settings, which lists do not have, stay. */
export function putConversation(queries: QueryClient, conversation: Conversation): void {
  const { id, archived } = conversation;
  queries.setQueryData<Conversation>(conversationKeys.one(id), (known) => ({ ...known, ...conversation }));
  for (const isArchive of [false, true]) {
    queries.setQueryData<ListPages>(conversationKeys.list('', isArchive), (data) => {
      if (data === undefined) return undefined;
      return archived === isArchive ? placeInPages(data, conversation) : removeFromPages(data, id);
    });
  }
  void queries.invalidateQueries({ queryKey: conversationKeys.lists, predicate: isSearch });
}

export function dropConversation(queries: QueryClient, id: string): void {
  queries.removeQueries({ queryKey: conversationKeys.one(id) });
  dropFromLists(queries, id);
}

export function dropFromLists(queries: QueryClient, id: string): void {
  queries.setQueriesData<ListPages>({ queryKey: conversationKeys.lists }, (data) =>
    data === undefined ? undefined : removeFromPages(data, id),
  );
}

/** Asks the server what has become of one conversation: one small request however long the list is. */
export async function refreshConversation(
  queries: QueryClient,
  connection: Connection,
  id: string,
): Promise<void> {
  putConversation(queries, await readConversation(connection, id));
}

function isSearch({ queryKey }: { queryKey: readonly unknown[] }): boolean {
  const query = queryKey[2];
  return typeof query === 'object' && query !== null && 'q' in query && query.q !== '';
}
