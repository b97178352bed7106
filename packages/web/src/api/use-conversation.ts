import { useQuery } from '@tanstack/react-query';
import { conversationKeys } from './conversation-cache.ts';
import { readConversation } from './conversation-requests.ts';
import { useSession } from './session-context.ts';

/** @param id null for one that has not begun: nothing is asked for */
export function useConversation(id: string | null) {
  const { connection } = useSession();
  return useQuery({
    queryKey: conversationKeys.one(id ?? ''),
    queryFn: ({ signal }) => readConversation(connection, id ?? '', signal),
    enabled: id !== null,
  });
}
