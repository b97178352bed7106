import { useMemo, useSyncExternalStore } from 'react';
import type { ChatActions } from './chat-actions.ts';
import type { ChatStore } from './chat-store.ts';
import { Composer } from './composer.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { focusComposer } from './focus-composer.ts';
import { ModelButton } from './model-button.tsx';
import { modelName } from './model-choice.ts';
import { StatusLine } from './status-line.tsx';
import { Transcript } from './transcript.tsx';
import { useDoneMark } from './use-done-mark.ts';
import { useEscape } from './use-escape.ts';
import { useModelChoice } from './use-model-choice.ts';
import { useStickToEnd } from './use-stick-to-end.ts';

export function ChatView({ chat, userName }: { chat: ChatStore; userName: string | null }) {
  const state = useSyncExternalStore(chat.subscribe, chat.getState);
  const choice = useModelChoice();
  const stick = useStickToEnd(state.path.length > 0);
  const { list, model } = choice;
  const { jump } = stick;
  useDoneMark(state.live !== null);
  useEscape(state.live !== null, chat.stop);

  const actions = useMemo<ChatActions>(
    () => ({
      regenerate(replyId) {
        chat.regenerate(replyId, model);
        jump();
        focusComposer();
      },
      edit(promptId, text) {
        const isSent = chat.edit(promptId, text, model);
        if (isSent) jump();
        return isSent;
      },
      choose: chat.choose,
      modelName: (id) => modelName(list, id),
    }),
    [chat, model, list, jump],
  );
  const send = (text: string) => {
    const isSent = chat.send(text, model);
    if (isSent) jump();
    return isSent;
  };

  return (
    <>
      <Transcript
        state={state}
        stick={stick}
        actions={actions}
        empty={<EmptyChat name={userName} list={list} onAsk={send} />}
      />
      <div className="dock">
        <div className="column">
          <StatusLine run={state.latest} modelName={actions.modelName} />
          <Composer chatId={chat.id} isBusy={state.live !== null} onSend={send} onStop={chat.stop}>
            <ModelButton choice={choice} />
          </Composer>
        </div>
      </div>
    </>
  );
}
