import { textOf } from '../../stream/catch-up.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { t } from '../../ui/text.ts';
import { BranchPager } from './branch-pager.tsx';
import type { ChatActions } from '../chat-actions.ts';
import { focusComposer } from '../focus-composer.ts';
import { imagesOf } from './prompt-content.ts';
import { PromptEditor } from './prompt-editor.tsx';
import { PromptImage } from './prompt-image.tsx';
import { SaidAt } from './said-at.tsx';
import type { Place, Prompt } from './turn-tree.ts';

interface PromptTurnProps {
  place: Place<Prompt>;
  isBusy: boolean;
  isEditing: boolean;
  /** Null where it can only be read. */
  actions: ChatActions | null;
  /** Where its images are; null when they are in it. */
  conversationId: string | null;
}

export function PromptTurn({ place, isBusy, isEditing, actions, conversationId }: PromptTurnProps) {
  const prompt = place.turn;
  const text = textOf(prompt.content);
  const images = imagesOf(prompt.content);
  return (
    <article aria-label={t('You')} className="prompt" data-messages={prompt.storedId}>
      {images.length > 0 && (
        <div className="prompt-images">
          {images.map((image, index) => (
            <PromptImage key={index} image={image} conversationId={conversationId} />
          ))}
        </div>
      )}
      {isEditing && actions !== null ? (
        <PromptEditor
          text={text}
          hasMore={images.length > 0}
          isBusy={isBusy}
          onSend={(text) => actions.edit(prompt.id, { text, images })}
          onClose={() => {
            actions.openEditor(null);
            focusComposer();
          }}
        />
      ) : (
        <>
          {text !== '' && <div className="prompt-bubble">{text}</div>}
          <footer className="turn-footer justify-end">
            <SaidAt at={prompt.saidAt} />
            {actions !== null && <BranchPager place={place} isDisabled={isBusy} onChoose={actions.choose} />}
            {text !== '' && <CopyButton label={t('Copy prompt')} text={text} />}
            {actions !== null && (
              <button
                type="button"
                className="icon-button"
                aria-label={t('Edit')}
                title={t('Edit')}
                disabled={isBusy}
                onClick={() => actions.openEditor(prompt.id)}
              >
                <Icon name="edit" />
              </button>
            )}
          </footer>
        </>
      )}
    </article>
  );
}
