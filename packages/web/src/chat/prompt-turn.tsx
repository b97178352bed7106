import { useState } from 'react';
import { textOf } from '../stream/catch-up.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { BranchPager } from './branch-pager.tsx';
import type { ChatActions } from './chat-actions.ts';
import { focusComposer } from './focus-composer.ts';
import { PromptEditor } from './prompt-editor.tsx';
import { PromptImage } from './prompt-image.tsx';
import { type Place, type Prompt, isImage } from './turn-tree.ts';

interface PromptTurnProps {
  place: Place<Prompt>;
  isBusy: boolean;
  /** Null where it can only be read. */
  actions: ChatActions | null;
  /** Where its images are; null when they are in it. */
  conversationId: string | null;
}

export function PromptTurn({ place, isBusy, actions, conversationId }: PromptTurnProps) {
  const [isEditing, setIsEditing] = useState(false);
  const prompt = place.turn;
  const text = textOf(prompt.content);
  const images = typeof prompt.content === 'string' ? [] : prompt.content.filter(isImage);
  if (isEditing && actions !== null) {
    return (
      <article aria-label="You" className="prompt" data-messages={prompt.storedId}>
        <PromptEditor
          text={text}
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
    <article aria-label="You" className="prompt" data-messages={prompt.storedId}>
      {images.map((image, index) => (
        <PromptImage key={index} image={image} conversationId={conversationId} />
      ))}
      {text !== '' && <div className="prompt-bubble">{text}</div>}
      <footer className="turn-footer justify-end">
        {actions !== null && <BranchPager place={place} isDisabled={isBusy} onChoose={actions.choose} />}
        <CopyButton label="Copy prompt" text={text} />
        {/* An edited prompt is a new one, and the page cannot send images yet. */}
        {actions !== null && images.length === 0 && (
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
        )}
      </footer>
    </article>
  );
}
