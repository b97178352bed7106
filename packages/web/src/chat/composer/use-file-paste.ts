import { useEffect } from 'react';

const takesText = 'input, textarea, [contenteditable]';

/** Takes files that are pasted, unless they are pasted into another field. What has a text too is pasted as text. */
export function useFilePaste(onFiles: (files: readonly File[]) => void): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const { clipboardData, target } = event;
      if (clipboardData === null || clipboardData.files.length === 0) return;
      if (clipboardData.getData('text/plain') !== '') return;
      const field = target instanceof Element ? target.closest(takesText) : null;
      if (field !== null && field.id !== 'composer') return;
      event.preventDefault();
      onFiles([...clipboardData.files]);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [onFiles]);
}
