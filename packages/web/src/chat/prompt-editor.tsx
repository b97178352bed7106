import { type KeyboardEvent, useState } from 'react';
import { readKey } from './composer-keys.ts';

interface PromptEditorProps {
  text: string;
  isBusy: boolean;
  /** @returns whether it was sent */
  onSend: (text: string) => boolean;
  onClose: () => void;
}

/** A prompt opened for another wording. */
export function PromptEditor({ text, isBusy, onSend, onClose }: PromptEditorProps) {
  const [draft, setDraft] = useState(text);
  const send = () => {
    if (onSend(draft)) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, shiftKey, keyCode, nativeEvent } = event;
    const isTouch = matchMedia('(pointer: coarse)').matches;
    const meaning = readKey({ key, shiftKey, keyCode, isComposing: nativeEvent.isComposing }, { isTouch });
    if (meaning === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (meaning === 'send') send();
    else onClose();
  };
  return (
    <div className="w-full rounded-2xl border border-line-strong bg-raised p-3">
      <textarea
        aria-label="Edit prompt"
        className="composer-text w-full"
        value={draft}
        autoFocus
        onFocus={({ target }) => target.setSelectionRange(target.value.length, target.value.length)}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="mt-2 flex justify-end gap-2">
        <button type="button" className="quiet-button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="primary-button h-9 px-4 text-sm"
          disabled={isBusy || draft.trim() === ''}
          onClick={send}
        >
          Ask again
        </button>
      </div>
    </div>
  );
}
