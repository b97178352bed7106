import { useQueryClient } from '@tanstack/react-query';
import { announce } from '../ui/announcement.ts';
import { t } from '../ui/text.ts';
import { type ChangeOne, changeInTurn } from './change-in-turn.ts';
import { tellTabs } from './conversation-news.ts';
import { useSession } from './session-context.ts';

/** @returns a function that changes a conversation: on the page at once, and back when the server refuses, which it throws */
export function useChangeConversation(): ChangeOne {
  const { connection } = useSession();
  const queries = useQueryClient();
  return async (conversation, changes) => {
    await changeInTurn({ connection, queries }, conversation, changes);
    tellTabs({ id: conversation.id, isGone: false });
  };
}

/** For changes whose place on the page has no room for an error. */
export function tellUnsaved(): void {
  announce(t('The change was not saved'));
}
