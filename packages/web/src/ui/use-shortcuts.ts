import { useEffect } from 'react';
import { type Shortcut, readShortcut } from './read-shortcut.ts';

const takesText = 'input, textarea, select, [contenteditable]';

/** Acts on the page's shortcuts wherever the keyboard is. @param onShortcut kept from one drawing to the next */
export function useShortcuts(onShortcut: (shortcut: Shortcut) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const { key, code, ctrlKey, metaKey, shiftKey, altKey, target } = event;
      const isTyping = target instanceof Element && target.closest(takesText) !== null;
      const isCommand = ctrlKey || metaKey;
      const shortcut = readShortcut({ key, code, isCommand, shiftKey, altKey, isTyping });
      if (shortcut === null) return;
      event.preventDefault();
      onShortcut(shortcut);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onShortcut]);
}
