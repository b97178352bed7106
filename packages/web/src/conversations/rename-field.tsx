import { type KeyboardEvent, useRef } from 'react';
import { t } from '../ui/text.ts';

const MAX_LENGTH = 200;

interface RenameFieldProps {
  title: string;
  /** @param title null to leave it as it is */
  onDone: (title: string | null) => void;
}

/** A title being changed in its place: Enter or leaving it saves, Esc does not. */
export function RenameField({ title, onDone }: RenameFieldProps) {
  const isDone = useRef(false);
  const finish = (typed: string | null) => {
    // Taking the field away takes the keyboard from it, which is no second end.
    if (isDone.current) return;
    isDone.current = true;
    const next = typed?.trim() ?? '';
    onDone(next === '' || next === title ? null : next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
    event.preventDefault();
    event.stopPropagation();
    finish(event.key === 'Enter' ? event.currentTarget.value : null);
  };
  return (
    <input
      aria-label={t('Title')}
      className="rename-field"
      defaultValue={title}
      maxLength={MAX_LENGTH}
      autoFocus
      // Backwards, so that its beginning is in view.
      onFocus={({ target }) => target.setSelectionRange(0, target.value.length, 'backward')}
      onKeyDown={onKeyDown}
      onBlur={({ target }) => finish(target.value)}
    />
  );
}
