import type { Connection } from '@sluice/shared';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { conversationKeys, dropFromLists, refreshConversation } from '../api/conversation-cache.ts';
import { hearTabs } from '../api/conversation-news.ts';

interface NewsOptions {
  connection: Connection;
  queries: QueryClient;
}

/** Brings this tab up to what another one has done. */
export function useConversationNews({ connection, queries }: NewsOptions): void {
  useEffect(
    () =>
      hearTabs(({ id, isGone }) => {
        if (isGone) {
          dropFromLists(queries, id);
          void queries.invalidateQueries({ queryKey: conversationKeys.one(id) });
        } else void refreshConversation(queries, connection, id).catch(() => undefined);
        void queries.invalidateQueries({ queryKey: conversationKeys.messages(id) });
      }),
    [connection, queries],
  );
}
