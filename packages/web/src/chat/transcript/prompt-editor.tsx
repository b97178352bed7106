import { type KeyboardEvent, useState } from 'react';
import { t } from '../../ui/text.ts';
import { pressOf, readKey } from '../composer/composer-keys.ts';
import { isTouch } from '../is-touch.ts';

interface PromptEditorProps {
  text: string;
  /** Whether something else goes with the text, which may then be blank. */
  hasMore: boolean;
  isBusy: boolean;
  /** @returns whether it was sent */
  onSend: (text: string) => boolean;
  onClose: () => void;
}

/** A prompt opened for another wording. */
export function PromptEditor({ text, hasMore, isBusy, onSend, onClose }: PromptEditorProps) {
  const [draft, setDraft] = useState(text);
  const send = () => {
    if (onSend(draft)) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const meaning = readKey(pressOf(event), { isTouch: isTouch(), isEmpty: false });
    if (meaning === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (meaning === 'send') send();
    else onClose();
  };
  return (
    <div className="w-full rounded-2xl border border-line-strong bg-raised p-3">
      <textarea
        aria-label={t('Edit prompt')}
        className="composer-text w-full"
        value={draft}
        autoFocus
        onFocus={({ target }) => target.setSelectionRange(target.value.length, target.value.length)}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="mt-2 flex justify-end gap-2">
        <button type="button" className="quiet-button" onClick={onClose}>
          {t('Cancel')}
        </button>
        <button
          type="button"
          className="primary-button h-9 px-4 text-sm"
          disabled={isBusy || (draft.trim() === '' && !hasMore)}
          onClick={send}
        >
          {t('Ask again')}
        </button>
      </div>
    </div>
  );
}
