import { useSyncExternalStore } from 'react';
import { useMedia } from '../ui/use-media.ts';

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

/** @returns something that changes when the colours of the page do: what is drawn on a canvas is drawn again */
export function useThemeName(): string {
  const isDark = useMedia('(prefers-color-scheme: dark)');
  const chosen = useSyncExternalStore(subscribe, () => document.documentElement.dataset['theme']);
  return chosen ?? (isDark ? 'dark' : 'light');
}
