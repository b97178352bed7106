import type { ChatSettings } from '@sluice/shared';
import { useMemo, useState } from 'react';
import type { ChatActions } from './chat-actions.ts';
import type { ChatStore } from './chat-store.ts';
import { focusComposer } from './focus-composer.ts';
import { leaveFoundMessage } from './transcript/use-found-message.ts';

interface ChatActionsUse {
  actions: ChatActions;
  editingId: string | null;
  editLast: () => void;
}

/**
 * @param settings sent with each question
 * @param onAsked called when something was asked, and its answer is to be seen
 */
export function useChatActions(
  chat: ChatStore,
  { settings, onAsked }: { settings: ChatSettings; onAsked: () => void },
): ChatActionsUse {
  const [editingId, openEditor] = useState<string | null>(null);
  const actions = useMemo<ChatActions>(() => {
    const answerAgain = (answer: ChatStore['regenerate']) => (replyId: string) => {
      answer(replyId, settings);
      onAsked();
      focusComposer();
    };
    return {
      regenerate: answerAgain(chat.regenerate),
      continue: answerAgain(chat.continue),
      openEditor,
      edit(promptId, draft) {
        const isSent = chat.edit(promptId, draft, settings);
        if (isSent) onAsked();
        return isSent;
      },
      choose(turnId) {
        leaveFoundMessage();
        chat.choose(turnId);
      },
    };
  }, [chat, settings, onAsked]);
  const editLast = () => {
    const { path, live } = chat.getState();
    const last = path.findLast(({ turn }) => turn.role === 'user')?.turn;
    if (live === null && last !== undefined) openEditor(last.id);
  };
  return { actions, editingId, editLast };
}
