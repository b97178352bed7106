import type { ReactNode } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { t } from '../../ui/text.ts';
import type { ChatActions } from '../chat-actions.ts';
import type { ChatState } from '../chat-state.ts';
import { Turns } from './turns.tsx';
import type { ShownTurns } from './use-shown-turns.ts';
import type { StickToEnd } from './use-stick-to-end.ts';

interface TranscriptProps {
  state: ChatState;
  shown: ShownTurns;
  title: string;
  stick: StickToEnd;
  editingId: string | null;
  actions: ChatActions;
  modelName: (id: string) => string;
  /** Stands in for turns where there are none. */
  empty: ReactNode;
}

export function Transcript(props: TranscriptProps) {
  const { state, shown, title, stick, editingId, actions, modelName, empty } = props;
  const { path, live, latest, conversationId } = state;
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={stick.box}
        role="log"
        aria-label={t('Conversation')}
        // A model's words would be read out letter by letter; the status region says what happens.
        aria-live="off"
        aria-busy={live !== null}
        tabIndex={0}
        className="transcript"
      >
        <div ref={stick.content} className="column">
          {path.length === 0 ? empty : <h1 className="sr-only">{title}</h1>}
          {path.length > 0 && <h2 className="sr-only">{t('Conversation')}</h2>}
          {shown.hasEarlier && (
            <button type="button" className="quiet-button small mx-auto" onClick={shown.showEarlier}>
              {t('Show earlier messages')}
            </button>
          )}
          <Turns
            shown={shown.items}
            latest={latest}
            isBusy={live !== null}
            editingId={editingId}
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
          aria-label={t('Jump to latest')}
          title={t('Jump to latest')}
          onClick={stick.jump}
        >
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}
