import type { ChatSettings, Conversation, ModelList } from '@sluice/shared';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { tellUnsaved, useChangeConversation } from '../../api/use-change-conversation.ts';
import { useModels } from '../../api/use-models.ts';
import { storedValue } from '../../ui/stored-value.ts';
import type { ChatStore } from '../chat-store.ts';
import { fitSettings } from './fit-settings.ts';
import { chooseModel } from '../composer/model-choice.ts';

/** Of the last choice, for new chats. */
const lastModel = storedValue(() => localStorage, 'sluice.model');

export interface ChatChoice {
  list: ModelList | undefined;
  /** Whether the list could not be had. */
  isMissing: boolean;
  /** Whether it is known what is set: nothing can be changed before. */
  isKnown: boolean;
  /** Undefined lets the server choose. */
  model: string | undefined;
  choose: (id: string) => void;
  /** All that is set. */
  kept: ChatSettings;
  /** Settles when it is kept on the server too, where there is a conversation. @throws what the server refused it with */
  change: (settings: ChatSettings) => Promise<void>;
  /** Leaves nothing set but the model. */
  reset: () => void;
  /** Of it, what is sent with each question. */
  sent: ChatSettings;
}

/**
 * What is set for a chat, kept with its conversation.
 * @param conversation undefined until it is known, or is there
 */
export function useChatSettings(chat: ChatStore, conversation: Conversation | undefined): ChatChoice {
  const { settings } = chat;
  const { data: list, isError } = useModels();
  const changeConversation = useChangeConversation();
  const [wanted, setWanted] = useState(lastModel.read);
  const { kept, standing } = useSyncExternalStore(settings.subscribe, settings.getState);

  const save = async (to: Conversation) =>
    settings.save((changed) => changeConversation(to, { settings: changed }));
  const change = async (changed: ChatSettings) => {
    settings.change(changed);
    if (conversation !== undefined) await save(conversation);
  };
  const changeQuietly = (changed: ChatSettings) => void change(changed).catch(tellUnsaved);
  useEffect(() => {
    if (conversation?.settings === undefined) return;
    settings.take(conversation.settings);
    // Set before there was a conversation to keep it.
    if (settings.getState().standing === 'ahead') void save(conversation).catch(tellUnsaved);
  }, [settings, conversation, standing]);

  const model = chooseModel(list, kept.model ?? wanted);
  const known = list?.models.find(({ id }) => id === model);
  const sent = useMemo(
    () => ({ ...fitSettings(kept, known), ...(model !== undefined && { model }) }),
    [kept, known, model],
  );
  return {
    list,
    isMissing: isError,
    isKnown: chat.getState().isLoaded,
    model,
    choose(id) {
      lastModel.write(id);
      setWanted(id);
      changeQuietly({ ...kept, model: id });
    },
    kept,
    change,
    reset: () => changeQuietly(kept.model === undefined ? {} : { model: kept.model }),
    sent,
  };
}
