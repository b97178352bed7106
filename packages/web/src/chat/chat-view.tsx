import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { BlankState } from '../ui/blank-state.tsx';
import { Link } from '../ui/link.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';
import type { ChatActions } from './chat-actions.ts';
import type { ChatStore } from './chat-store.ts';
import { Composer } from './composer.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { focusComposer } from './focus-composer.ts';
import { ModelButton } from './model-button.tsx';
import { modelName } from './model-choice.ts';
import { SettingsButton } from './settings-button.tsx';
import { StatusLine } from './status-line.tsx';
import { Transcript } from './transcript.tsx';
import { useChatSettings } from './use-chat-settings.ts';
import { useDoneMark } from './use-done-mark.ts';
import { useEscape } from './use-escape.ts';
import { leaveFoundMessage, useFoundMessage } from './use-found-message.ts';
import { useStickToEnd } from './use-stick-to-end.ts';
import { useStoredChat } from './use-stored-chat.ts';

export function ChatView({ chat, userName }: { chat: ChatStore; userName: string | null }) {
  const state = useSyncExternalStore(chat.subscribe, chat.getState);
  const { conversationId, isLoaded, live } = state;
  const stored = useStoredChat(chat, conversationId);
  const choice = useChatSettings(conversationId, stored.conversation);
  const stick = useStickToEnd(state.path.length > 0);
  useFoundMessage(chat, stick);
  const { list, sent: settings } = choice;
  const { jump } = stick;
  const title = stored.conversation?.title ?? null;
  usePageTitle(stored.isMissing ? 'Not found' : title, useDoneMark(live !== null));
  useEscape(live !== null, chat.stop);

  const goOn = useCallback(() => {
    leaveFoundMessage();
    jump();
  }, [jump]);
  const actions = useMemo<ChatActions>(() => {
    const answerAgain = (answer: ChatStore['regenerate']) => (replyId: string) => {
      answer(replyId, settings);
      goOn();
      focusComposer();
    };
    return {
      regenerate: answerAgain(chat.regenerate),
      continue: answerAgain(chat.continue),
      edit(promptId, text) {
        const isSent = chat.edit(promptId, text, settings);
        if (isSent) goOn();
        return isSent;
      },
      choose(turnId) {
        leaveFoundMessage();
        chat.choose(turnId);
      },
    };
  }, [chat, settings, goOn]);
  const send = (text: string) => {
    const isSent = chat.send(text, settings);
    if (isSent) goOn();
    return isSent;
  };

  if (stored.isMissing) return <MissingChat />;
  const nameModel = (id: string) => modelName(list, id);
  return (
    <>
      <Transcript
        state={state}
        title={title ?? 'Chat'}
        stick={stick}
        actions={actions}
        modelName={nameModel}
        empty={
          isLoaded ? (
            <EmptyChat
              name={userName}
              list={list}
              isEarly={list === undefined && !choice.isMissing}
              onAsk={send}
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
            draftKey={conversationId ?? 'new'}
            isBusy={live !== null}
            onSend={send}
            onStop={chat.stop}
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
      title="Conversation not found"
      lead="It may have been deleted, or it belongs to another account."
    >
      <Link href="/" className="primary-button">
        Start a new chat
      </Link>
    </BlankState>
  );
}

function LoadingChat({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  if (error === null) return <p className="late py-8 text-center text-ink-soft">Loading…</p>;
  return (
    <div role="alert" className="grid justify-items-center gap-3 py-16 text-center">
      <p>The conversation could not be loaded.</p>
      <button type="button" className="quiet-button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
