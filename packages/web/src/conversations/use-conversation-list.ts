import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type ListPages, conversationKeys } from '../api/conversation-cache.ts';
import { listConversations } from '../api/conversation-requests.ts';
import { useSession } from '../api/session-context.ts';
import type { ListedConversation } from './group-conversations.ts';

export interface ListChoice {
  /** Words to look for; empty for all. */
  q: string;
  archived: boolean;
}

/** Asking anew asks for every page that is there, one after the other. */
const MAX_REFETCHED_PAGES = 4;

export function useConversationList({ q, archived }: ListChoice) {
  const { connection } = useSession();
  const isShort = ({ state }: { state: { data: ListPages | undefined } }) =>
    (state.data?.pages.length ?? 0) <= MAX_REFETCHED_PAGES;
  const query = useInfiniteQuery({
    queryKey: conversationKeys.list(q, archived),
    queryFn: ({ pageParam: cursor, signal }) =>
      listConversations(connection, { q, archived, cursor }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    refetchOnMount: isShort,
    refetchOnWindowFocus: isShort,
    refetchOnReconnect: isShort,
  });
  const { data } = query;
  // One that has moved between two pages may be on both.
  const conversations = useMemo(() => {
    const all = data?.pages.flatMap((page) => page.conversations) ?? [];
    return [
      ...new Map(
        all.map((conversation): [string, ListedConversation] => [conversation.id, conversation]),
      ).values(),
    ];
  }, [data]);
  return { query, conversations };
}
