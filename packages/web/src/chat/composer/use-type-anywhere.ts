import { type RefObject, useEffect } from 'react';

const takesKeys = 'input, textarea, select, button, a, summary, dialog, [contenteditable], [role=menu]';

/** A printable key pressed where it would do nothing goes to the composer. */
export function useTypeAnywhere(area: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
      if (
        key.length !== 1 ||
        key === ' ' ||
        ctrlKey ||
        metaKey ||
        altKey ||
        isComposing ||
        event.defaultPrevented
      )
        return;
      if (target instanceof Element && target.closest(takesKeys) !== null) return;
      if (document.querySelector('dialog[open]') !== null) return;
      area.current?.focus();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [area]);
}
