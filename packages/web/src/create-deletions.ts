import type { Connection } from '@sluice/shared';
import type { QueryClient } from '@tanstack/react-query';
import { branchChoice } from './api/branch-choice.ts';
import { dropConversation } from './api/conversation-cache.ts';
import { tellTabs } from './api/conversation-news.ts';
import { deleteConversation } from './api/conversation-requests.ts';
import type { OpenChats } from './chat/open-chats.ts';
import { PendingDeletions } from './conversations/pending-deletions.ts';
import { announce } from './ui/announcement.ts';
import { t } from './ui/text.ts';

interface DeletionsOptions {
  connection: Connection;
  queries: QueryClient;
  chats: OpenChats;
}

/** Deletions that take a conversation out of everything the page has of it. */
export function createDeletions({ connection, queries, chats }: DeletionsOptions): PendingDeletions {
  return new PendingDeletions({
    async send({ id }) {
      chats.close(id);
      await deleteConversation(connection, id);
      branchChoice(id).write('');
      dropConversation(queries, id);
      tellTabs({ id, isGone: true });
    },
    onFailed: ({ title }) => announce(t('“{title}” could not be deleted', { title: title ?? t('Untitled') })),
    setTimer(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  });
}
