import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import { BlankState } from '../ui/blank-state.tsx';
import { Link } from '../ui/link.tsx';
import { t } from '../ui/text.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import type { ChatStore, Draft } from './chat-store.ts';
import { Composer } from './composer/composer.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { ModelButton } from './composer/model-button.tsx';
import { modelName } from './composer/model-choice.ts';
import { SettingsButton } from './settings/settings-button.tsx';
import { StatusLine } from './transcript/status-line.tsx';
import { Transcript } from './transcript/transcript.tsx';
import { joinContinuations } from './transcript/turn-tree.ts';
import { useChatActions } from './use-chat-actions.ts';
import { useChatSettings } from './settings/use-chat-settings.ts';
import { useDoneMark } from './transcript/use-done-mark.ts';
import { useEscape } from './use-escape.ts';
import { leaveFoundMessage, useFoundMessage } from './transcript/use-found-message.ts';
import { useRememberedPlace } from './transcript/use-remembered-place.ts';
import { useShownTurns } from './transcript/use-shown-turns.ts';
import { useStickToEnd } from './transcript/use-stick-to-end.ts';
import { useStoredChat } from './use-stored-chat.ts';

export function ChatView({ chat, userName }: { chat: ChatStore; userName: string | null }) {
  const state = useSyncExternalStore(chat.subscribe, chat.getState);
  const { conversationId, isLoaded, live, path } = state;
  const stored = useStoredChat(chat, conversationId);
  const choice = useChatSettings(chat, stored.conversation);
  useEffect(chat.keepDrafts, [chat, state]);
  const stick = useStickToEnd(path.length > 0);
  const shown = useShownTurns(
    useMemo(() => joinContinuations(path), [path]),
    stick,
  );
  useRememberedPlace(stick, shown);
  useFoundMessage(chat, { stick, shown });
  const { list, model, sent: settings } = choice;
  const { jump } = stick;
  const title = stored.conversation?.title ?? null;
  usePageTitle(stored.isMissing ? t('Not found') : title, useDoneMark(live !== null));
  useEscape(live !== null, chat.stop);

  const goOn = useCallback(() => {
    leaveFoundMessage();
    jump();
  }, [jump]);
  const { actions, editingId, editLast } = useChatActions(chat, { settings, onAsked: goOn });
  const send = (draft: Draft) => {
    const isSent = chat.send(draft, settings);
    if (isSent) goOn();
    return isSent;
  };

  if (stored.isMissing) return <MissingChat />;
  const nameModel = (id: string) => modelName(list, id);
  const takesImages = list?.models.find(({ id }) => id === model)?.capabilities.images ?? true;
  return (
    <>
      <Transcript
        state={state}
        shown={shown}
        title={title ?? t('Chat')}
        stick={stick}
        editingId={editingId}
        actions={actions}
        modelName={nameModel}
        empty={
          isLoaded ? (
            <EmptyChat
              name={userName}
              list={list}
              isEarly={list === undefined && !choice.isMissing}
              onAsk={(text) => send({ text, images: [] })}
            />
          ) : (
            <LoadingChat error={stored.error} onRetry={stored.retry} />
          )
        }
      />
      <div className="dock">
        <div className="column">
          <StatusLine run={live ?? state.latest} modelName={nameModel} />
          <Composer
            textDraft={chat.draft}
            imageDraft={chat.images}
            imagelessModel={takesImages ? null : nameModel(model ?? '')}
            isBusy={live !== null}
            onSend={send}
            onStop={chat.stop}
            onEditLast={editLast}
          >
            <div className="flex items-center gap-0.5">
              <ModelButton choice={choice} />
              <SettingsButton choice={choice} />
            </div>
          </Composer>
        </div>
      </div>
    </>
  );
}

function MissingChat() {
  return (
    <BlankState
      title={t('Conversation not found')}
      lead={t('It may have been deleted, or it belongs to another account.')}
    >
      <Link href="/" className="primary-button">
        {t('Start a new chat')}
      </Link>
    </BlankState>
  );
}

function LoadingChat({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  if (error === null) return <p className="late py-8 text-center text-ink-soft">{t('Loading…')}</p>;
  return (
    <div role="alert" className="grid justify-items-center gap-3 py-16 text-center">
      <p>{t('The conversation could not be loaded.')}</p>
      <button type="button" className="quiet-button" onClick={onRetry}>
        {t('Try again')}
      </button>
    </div>
  );
}
