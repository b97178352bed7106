import { useState } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { BranchPager } from './branch-pager.tsx';
import type { ChatActions } from './chat-actions.ts';
import { focusComposer } from './focus-composer.ts';
import { PromptEditor } from './prompt-editor.tsx';
import type { Place, Prompt } from './turn-tree.ts';

interface PromptTurnProps {
  prompt: Prompt;
  place: Place;
  isBusy: boolean;
  actions: ChatActions;
}

export function PromptTurn({ prompt, place, isBusy, actions }: PromptTurnProps) {
  const [isEditing, setIsEditing] = useState(false);
  if (isEditing) {
    return (
      <article aria-label="You" className="prompt">
        <PromptEditor
          text={prompt.text}
          isBusy={isBusy}
          onSend={(text) => actions.edit(prompt.id, text)}
          onClose={() => {
            setIsEditing(false);
            focusComposer();
          }}
        />
      </article>
    );
  }
  return (
    <article aria-label="You" className="prompt">
      <div className="prompt-bubble">{prompt.text}</div>
      <footer className="turn-footer justify-end">
        <BranchPager place={place} isDisabled={isBusy} onChoose={actions.choose} />
        <CopyButton label="Copy prompt" text={prompt.text} />
        <button
          type="button"
          className="icon-button"
          aria-label="Edit"
          title="Edit"
          disabled={isBusy}
          onClick={() => setIsEditing(true)}
        >
          <Icon name="edit" />
        </button>
      </footer>
    </article>
  );
}
