import { useEffect } from 'react';

const takesEscape = 'dialog[open], [role=dialog], [role=menu], [role=listbox]';

/** Esc stops the answer wherever the keyboard is, unless something that Esc closes is open or has taken it. */
export function useEscape(isActive: boolean, onEscape: () => void): void {
  useEffect(() => {
    if (!isActive) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector(takesEscape) === null) onEscape();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isActive, onEscape]);
}
