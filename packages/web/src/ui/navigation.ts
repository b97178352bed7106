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

/** @returns the fragment with its `#`, or an empty string */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}

let returns = 0;

/** @returns a number that changes when someone asks for the address that is shown already */
export function useReturns(): number {
  return useSyncExternalStore(subscribe, () => returns);
}

/** The fragments of what lies over the page only to go on from there: the sidebar of a narrow page, and the palette. */
export const menuHash = '#menu';
export const paletteHash = '#find';

/**
 * Goes to another page of this page; to the one that is shown already it makes no entry in the history. What is gone to from the
 * sidebar or the palette takes the place of that: going back does not open it again.
 */
export function navigate(path: string, { isReplacing = false } = {}): void {
  if (path === location.pathname + location.hash) {
    returns++;
    return tell();
  }
  const isInPlace = isReplacing || [menuHash, paletteHash].includes(location.hash);
  // What was opened over the page is closed by going back to what was there before it.
  const state = isInPlace ? history.state : { isWithin: true };
  if (isInPlace) history.replaceState(state, '', path);
  else history.pushState(state, '', path);
  tell();
}

/** Going back takes a moment; a second call within it would go back too far. */
let isGoingBack = false;

/** Takes the fragment away: by going back, if that is where it came from. */
export function leaveHash(): void {
  if (location.hash === '' || isGoingBack) return;
  if (history.state?.isWithin === true) {
    isGoingBack = true;
    addEventListener('popstate', () => (isGoingBack = false), { once: true });
    history.back();
  } else {
    navigate(location.pathname, { isReplacing: true });
  }
}
