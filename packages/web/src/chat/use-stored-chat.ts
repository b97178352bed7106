import { type Conversation, SluiceError } from '@sluice/shared';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { conversationKeys } from '../api/conversation-cache.ts';
import { readMessages } from '../api/conversation-requests.ts';
import { useSession } from '../api/session-context.ts';
import { conversationQuery, useConversation } from '../api/use-conversation.ts';
import type { ChatStore } from './chat-store.ts';

/** How often the server is asked while it knows more of an answer than the page. */
const REFRESH_MS = 1000;

interface StoredChat {
  conversation: Conversation | undefined;
  isMissing: boolean;
  /** Why the conversation could not be read, for a reason that may pass. */
  error: Error | null;
  retry: () => void;
}

/** Keeps a chat up to what the server has of its conversation: when it is opened, when the tab is looked at again, and while an answer grows elsewhere. */
export function useStoredChat(chat: ChatStore, conversationId: string | null): StoredChat {
  const { connection } = useSession();
  const queries = useQueryClient();
  const id = conversationId ?? '';
  const enabled = conversationId !== null;
  const conversation = useConversation(conversationId);
  const messages = useQuery({
    queryKey: [...conversationKeys.messages(id), chat.key],
    async queryFn({ signal }) {
      // What is set for it goes with a question: nothing can be asked before that is known.
      const readSettings = async () => {
        const { settings } = await queries.ensureQueryData(conversationQuery(connection, id));
        // What a list says of a conversation is less.
        return settings ?? (await queries.fetchQuery(conversationQuery(connection, id))).settings ?? {};
      };
      const isKnown = chat.getState().isLoaded;
      const [messages, settings] = await Promise.all([
        readMessages(connection, id, signal),
        isKnown ? undefined : readSettings(),
      ]);
      if (settings !== undefined) chat.settings.take(settings);
      chat.merge(messages);
      return null;
    },
    enabled,
    refetchInterval: () => (chat.isBehind() ? REFRESH_MS : false),
  });
  const isMissing = [conversation.error, messages.error].some(
    (error) => error instanceof SluiceError && error.code === 'not_found',
  );
  return {
    conversation: conversation.data,
    isMissing,
    error: messages.error,
    retry: () => void messages.refetch(),
  };
}
