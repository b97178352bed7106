import { useEffect, useLayoutEffect, useRef } from 'react';
import type { ShownTurns } from './use-shown-turns.ts';
import type { StickToEnd } from './use-stick-to-end.ts';
import { distance } from './sticky-scroll.ts';

/** Where a reader stood who had left the end: a message, and how far it was from the upper edge, in CSS pixels. */
interface ReadingPlace {
  messageId: string;
  offset: number;
}

/** A browser takes only so many changes of its history in a while. */
const SETTLE_MS = 150;

/** Kept with the page's entry in the browser's history: whoever goes back finds it, whoever opens the conversation anew does not. */
function readPlace(): ReadingPlace | null {
  const state = history.state as { reading?: ReadingPlace } | null;
  return state?.reading ?? null;
}

function writePlace(reading: ReadingPlace | null): void {
  if (reading === null && readPlace() === null) return;
  history.replaceState({ ...(history.state as object | null), reading }, '');
}

function placeIn(box: HTMLElement): ReadingPlace | null {
  for (const element of box.querySelectorAll<HTMLElement>('[data-messages]')) {
    const messageId = element.dataset['messages']?.split(' ').find((id) => id !== '');
    const isInView = element.getBoundingClientRect().bottom > box.getBoundingClientRect().top;
    if (isInView && messageId !== undefined) return { messageId, offset: distance(box, element) };
  }
  return null;
}

/** Brings a reader who goes back to a conversation to where they were in it. */
export function useRememberedPlace(stick: StickToEnd, { items, reveal }: ShownTurns): void {
  const { box, isStuck, stand } = stick;
  const wanted = useRef(readPlace());
  const isShown = items.length > 0;

  // Before the first paint, as the end is shown otherwise.
  useLayoutEffect(() => {
    const place = wanted.current;
    if (place === null || !isShown) return;
    const target = box.current?.querySelector(`[data-messages~="${CSS.escape(place.messageId)}"]`);
    // Once it is drawn, it is there the next time.
    if (!target && reveal(place.messageId)) return;
    wanted.current = null;
    if (target) stand(target, place.offset);
  });

  useEffect(() => {
    const element = box.current;
    if (element === null || !isShown) return;
    if (isStuck) return writePlace(null);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(() => writePlace(placeIn(element)), SETTLE_MS);
    };
    onScroll();
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener('scroll', onScroll);
    };
  }, [box, isShown, isStuck]);
}
