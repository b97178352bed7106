import type { Conversation } from '@sluice/shared';
import { useQueryClient } from '@tanstack/react-query';
import { announce } from '../ui/announcement.ts';
import { t } from '../ui/text.ts';
import { putConversation } from './conversation-cache.ts';
import { tellTabs } from './conversation-news.ts';
import { type ConversationChange, changeConversation } from './conversation-requests.ts';
import { useSession } from './session-context.ts';

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
      announce(t('The change was not saved'));
    }
  };
}
