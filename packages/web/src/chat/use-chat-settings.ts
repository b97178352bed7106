import { type ChatSettings, type Conversation, type ModelList, chatSettingsSchema } from '@sluice/shared';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useChangeConversation } from '../api/use-change-conversation.ts';
import { useModels } from '../api/use-models.ts';
import { storedValue } from '../ui/stored-value.ts';
import { fitSettings, isSame } from './fit-settings.ts';
import { chooseModel } from './model-choice.ts';

/** Of the last choice, for new chats. */
const lastModel = storedValue(() => localStorage, 'sluice.model');
/** Of the chat that has not begun. */
const unbegun = storedValue(() => sessionStorage, 'sluice.settings.new');

export interface ChatChoice {
  list: ModelList | undefined;
  /** Whether the list could not be had. */
  isMissing: boolean;
  /** Undefined lets the server choose. */
  model: string | undefined;
  choose: (id: string) => void;
  /** All that is set. */
  kept: ChatSettings;
  change: (settings: ChatSettings) => void;
  /** Of it, what is sent with each question. */
  sent: ChatSettings;
}

function readUnbegun(): ChatSettings {
  try {
    return chatSettingsSchema.parse(JSON.parse(unbegun.read() ?? '{}'));
  } catch {
    return {};
  }
}

/**
 * What is set for a chat: kept with its conversation, and here until it has one.
 * @param conversation undefined until it is known
 */
export function useChatSettings(
  conversationId: string | null,
  conversation: Conversation | undefined,
): ChatChoice {
  const { data: list, isError } = useModels();
  const changeConversation = useChangeConversation();
  const [wanted, setWanted] = useState(lastModel.read);
  const [own, setOwn] = useState(() => (conversationId === null ? readUnbegun() : {}));
  /** Whether what is set here may not be with the conversation yet. */
  const isAhead = useRef(conversationId === null);
  const kept = conversation?.settings ?? own;

  const change = (settings: ChatSettings) => {
    if (conversation !== undefined) return void changeConversation(conversation, { settings });
    setOwn(settings);
    if (conversationId === null) unbegun.write(JSON.stringify(settings));
  };
  useEffect(() => {
    if (conversationId !== null && isAhead.current) unbegun.write('');
    if (conversation?.settings === undefined || !isAhead.current) return;
    isAhead.current = false;
    const { model = conversation.settings.model } = own;
    const settings = { ...own, ...(model !== undefined && { model }) };
    // It was made with what was sent: less, if the model does not take all.
    if (!isSame(settings, conversation.settings)) void changeConversation(conversation, { settings });
  });

  const model = chooseModel(list, kept.model ?? wanted);
  const known = list?.models.find(({ id }) => id === model);
  const sent = useMemo(
    () => ({ ...fitSettings(kept, known), ...(model !== undefined && { model }) }),
    [kept, known, model],
  );
  return {
    list,
    isMissing: isError,
    model,
    choose(id) {
      lastModel.write(id);
      setWanted(id);
      change({ ...kept, model: id });
    },
    kept,
    change,
    sent,
  };
}
