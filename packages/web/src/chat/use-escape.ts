import { useEffect } from 'react';

const takesEscape = 'dialog[open], [role=dialog], [role=menu], [role=listbox]';
/** Fields of their own, where Esc means something else. */
const otherField = 'input, select, textarea:not(#composer), [contenteditable]';

/** Esc stops the answer wherever the keyboard is, unless something that Esc closes is open or has taken it. */
export function useEscape(isActive: boolean, onEscape: () => void): void {
  useEffect(() => {
    if (!isActive) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (event.target instanceof Element && event.target.closest(otherField) !== null) return;
      if (document.querySelector(takesEscape) === null) onEscape();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isActive, onEscape]);
}
