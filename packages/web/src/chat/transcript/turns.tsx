import { textOf } from '../../stream/catch-up.ts';
import type { RunStore } from '../../stream/run-store.ts';
import { Icon } from '../../ui/icon.tsx';
import { t } from '../../ui/text.ts';
import { Answer } from './answer.tsx';
import type { ChatActions } from '../chat-actions.ts';
import { PromptTurn } from './prompt-turn.tsx';
import type { Shown } from './turn-tree.ts';

interface TurnsProps {
  shown: readonly Shown[];
  /** The run started here last. */
  latest: RunStore | null;
  isBusy: boolean;
  /** The prompt that is open for another wording. */
  editingId: string | null;
  /** Null where the conversation can only be read. */
  actions: ChatActions | null;
  modelName: (id: string) => string;
  conversationId: string | null;
}

export function Turns(props: TurnsProps) {
  const { shown, latest, isBusy, editingId, actions, modelName, conversationId } = props;
  return shown.map((item) => {
    if (item.role === 'assistant') {
      return (
        <Answer
          key={item.places[0]?.turn.id}
          places={item.places}
          isLatest={item.places.at(-1)?.turn.run === latest}
          isLast={item === shown.at(-1)}
          isBusy={isBusy}
          actions={actions}
          modelName={modelName}
        />
      );
    }
    if (item.role === 'system') return <Instruction key={item.place.turn.id} {...item} />;
    return (
      <PromptTurn
        key={item.place.turn.id}
        place={item.place}
        isBusy={isBusy}
        isEditing={item.place.turn.id === editingId}
        actions={actions}
        conversationId={conversationId}
      />
    );
  });
}

function Instruction({ place }: Extract<Shown, { role: 'system' }>) {
  return (
    <details className="reasoning" data-messages={place.turn.storedId}>
      <summary>
        {t('System prompt')}
        <Icon name="chevron" className="size-4" />
      </summary>
      <p className="whitespace-pre-wrap">{textOf(place.turn.content)}</p>
    </details>
  );
}
