import type { ReactNode } from 'react';
import { Icon } from '../ui/icon.tsx';
import { Answer } from './answer.tsx';
import type { ChatActions } from './chat-actions.ts';
import type { ChatState } from './chat-store.ts';
import { PromptTurn } from './prompt-turn.tsx';
import type { StickToEnd } from './use-stick-to-end.ts';

interface TranscriptProps {
  state: ChatState;
  stick: StickToEnd;
  actions: ChatActions;
  /** Stands in for a conversation that has not begun. */
  empty: ReactNode;
}

export function Transcript({ state, stick, actions, empty }: TranscriptProps) {
  const { path, live, latest, title } = state;
  const isBusy = live !== null;
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={stick.box}
        role="log"
        aria-label="Conversation"
        // A model's words would be read out letter by letter; the status region says what happens.
        aria-live="off"
        aria-busy={isBusy}
        tabIndex={0}
        className="transcript"
      >
        <div ref={stick.content} className="column">
          {path.length === 0 ? empty : <h1 className="sr-only">{title}</h1>}
          {path.length > 0 && <h2 className="sr-only">Conversation</h2>}
          {path.map((place) =>
            place.turn.role === 'user' ? (
              <PromptTurn
                key={place.turn.id}
                prompt={place.turn}
                place={place}
                isBusy={isBusy}
                actions={actions}
              />
            ) : (
              <Answer
                key={place.turn.id}
                run={place.turn.run}
                place={place}
                isLatest={place.turn.run === latest}
                isBusy={isBusy}
                actions={actions}
              />
            ),
          )}
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
