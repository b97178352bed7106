import { useEffect, useLayoutEffect, useRef } from 'react';
import { navigate, useHash, useReturns } from '../../ui/navigation.ts';
import { readMessageId } from '../../ui/route.ts';
import type { ChatStore } from '../chat-store.ts';
import type { ShownTurns } from './use-shown-turns.ts';
import type { StickToEnd } from './use-stick-to-end.ts';

interface Sight {
  stick: StickToEnd;
  shown: ShownTurns;
}

/** Shows the message that the address names: its branch, its place, and for a moment a mark on it. Once, so that one can read on. */
export function useFoundMessage(chat: ChatStore, { stick, shown }: Sight): void {
  const hash = useHash();
  const returns = useReturns();
  const { isLoaded, path } = chat.getState();
  const { box, stand } = stick;
  const { reveal } = shown;
  const visited = useRef<string | null>(null);
  const arrival = useRef<HTMLElement | null>(null);

  // Before the first paint, as the end is shown otherwise.
  useLayoutEffect(() => {
    const messageId = readMessageId(hash);
    const visit = `${messageId} ${returns}`;
    // What lies over the page for a while has a fragment too: closing it is no new visit.
    if (hash === '') visited.current = null;
    if (messageId === null || !isLoaded || visited.current === visit) return;
    const element = box.current?.querySelector<HTMLElement>(`[data-messages~="${messageId}"]`) ?? null;
    // In another branch, or further up, it is there when that is drawn.
    if (element === null) return void (reveal(messageId) || chat.showMessage(messageId));
    visited.current = visit;
    stand(element);
    arrival.current = element;
  }, [chat, box, stand, reveal, hash, returns, isLoaded, path]);

  // After the composer has taken the keyboard. Whatever drew it: turns further up are drawn without any of the above.
  useEffect(() => {
    if (arrival.current !== null) markFound(arrival.current);
    arrival.current = null;
  });
}

/** Whoever asks on, or turns to another branch, does not come back to what was found when the page is loaded again. */
export function leaveFoundMessage(): void {
  if (readMessageId(location.hash) !== null) navigate(location.pathname, { isReplacing: true });
}

/** Marks a message for a moment, and has the keyboard go on from it. */
function markFound(element: HTMLElement): void {
  if (element instanceof HTMLDetailsElement) element.open = true;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  // A message that can be focused would take it from the text on every click.
  element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true });
  element.dataset['found'] = '';
  element.addEventListener('animationend', () => delete element.dataset['found'], { once: true });
}
