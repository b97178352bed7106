import type { Conversation } from '@sluice/shared';
import { useQueryClient } from '@tanstack/react-query';
import { putConversation } from '../api/conversation-cache.ts';
import { tellTabs } from '../api/conversation-news.ts';
import { type ConversationChange, changeConversation } from '../api/conversation-requests.ts';
import { useSession } from '../api/session-context.ts';
import { announce } from '../ui/announcement.ts';

/** @returns a function that changes a conversation: on the page at once, and back when the server refuses */
export function useChangeConversation() {
  const { connection } = useSession();
  const queries = useQueryClient();
  return async (conversation: Conversation, changes: ConversationChange): Promise<void> => {
    putConversation(queries, { ...conversation, ...changes });
    try {
      putConversation(queries, await changeConversation(connection, conversation.id, changes));
      tellTabs({ id: conversation.id, isGone: false });
    } catch {
      putConversation(queries, conversation);
      announce('The change was not saved');
    }
  };
}
