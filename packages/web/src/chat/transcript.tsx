import type { ReactNode } from 'react';
import { Icon } from '../ui/icon.tsx';
import type { ChatActions } from './chat-actions.ts';
import type { ChatState } from './chat-store.ts';
import { Turns } from './turns.tsx';
import type { StickToEnd } from './use-stick-to-end.ts';

interface TranscriptProps {
  state: ChatState;
  title: string;
  stick: StickToEnd;
  actions: ChatActions;
  modelName: (id: string) => string;
  /** Stands in for turns where there are none. */
  empty: ReactNode;
}

export function Transcript({ state, title, stick, actions, modelName, empty }: TranscriptProps) {
  const { path, live, latest, conversationId } = state;
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={stick.box}
        role="log"
        aria-label="Conversation"
        // A model's words would be read out letter by letter; the status region says what happens.
        aria-live="off"
        aria-busy={live !== null}
        tabIndex={0}
        className="transcript"
      >
        <div ref={stick.content} className="column">
          {path.length === 0 ? empty : <h1 className="sr-only">{title}</h1>}
          {path.length > 0 && <h2 className="sr-only">Conversation</h2>}
          <Turns
            path={path}
            latest={latest}
            isBusy={live !== null}
            actions={actions}
            modelName={modelName}
            conversationId={conversationId}
          />
        </div>
      </div>
      {!stick.isStuck && path.length > 0 && (
        <button
          type="button"
          className="jump-button"
          aria-label="Jump to latest"
          title="Jump to latest"
          onClick={stick.jump}
        >
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}
