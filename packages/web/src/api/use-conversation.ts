import type { Connection } from '@sluice/shared';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { conversationKeys } from './conversation-cache.ts';
import { readConversation } from './conversation-requests.ts';
import { useSession } from './session-context.ts';

export function conversationQuery(connection: Connection, id: string) {
  return queryOptions({
    queryKey: conversationKeys.one(id),
    queryFn: ({ signal }) => readConversation(connection, id, signal),
  });
}

/** @param id null for one that has not begun: nothing is asked for */
export function useConversation(id: string | null) {
  const { connection } = useSession();
  return useQuery({ ...conversationQuery(connection, id ?? ''), enabled: id !== null });
}
