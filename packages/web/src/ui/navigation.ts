import { useSyncExternalStore } from 'react';

/** The page's address, as the History API has it. */
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener('popstate', tell);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('popstate', tell);
  };
}

/** @returns the path, without query and fragment */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** Goes to another page of this page; to the one that is shown already it makes no entry in the history. */
export function navigate(path: string, { isReplacing = false } = {}): void {
  if (path === location.pathname) return;
  if (isReplacing) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  tell();
}
