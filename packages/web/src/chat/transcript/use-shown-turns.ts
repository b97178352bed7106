import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { distance } from './sticky-scroll.ts';
import type { Shown } from './turn-tree.ts';
import type { StickToEnd } from './use-stick-to-end.ts';

/** Of a long conversation so many turns are drawn at first, and so many more each time its reader comes near the first of them. */
const PAGE = 30;
/** How near, in CSS pixels. */
const NEAR = 800;

export interface ShownTurns {
  items: readonly Shown[];
  hasEarlier: boolean;
  showEarlier: () => void;
  /** Draws a message, if it is one that is not drawn yet. @returns whether it is */
  reveal: (messageId: string) => boolean;
}

/** @param stick scrolls them: what is in view stays where it is when others are drawn above it */
export function useShownTurns(all: readonly Shown[], { box, stand }: StickToEnd): ShownTurns {
  const [chosen, setChosen] = useState<number | null>(null);
  const initial = useRef<number | null>(null);
  // From then on what is said comes to what is drawn.
  if (initial.current === null && all.length > 0) initial.current = Math.max(0, all.length - PAGE);
  const first = Math.min(chosen ?? initial.current ?? 0, Math.max(0, all.length - 1));
  const anchor = useRef<{ element: Element; top: number } | null>(null);

  const drawFrom = useCallback(
    (index: number) => {
      const element = box.current?.querySelector('[data-messages]') ?? null;
      if (box.current !== null && element !== null) {
        anchor.current = { element, top: distance(box.current, element) };
      }
      setChosen(Math.max(0, index));
    },
    [box],
  );
  const showEarlier = useCallback(() => drawFrom(first - PAGE), [drawFrom, first]);
  const reveal = (messageId: string) => {
    const index = all.findIndex((item) => hasMessage(item, messageId));
    const isHidden = index >= 0 && index < first;
    if (isHidden) drawFrom(index - PAGE / 2);
    return isHidden;
  };

  useLayoutEffect(() => {
    const kept = anchor.current;
    anchor.current = null;
    if (kept !== null) stand(kept.element, kept.top);
  }, [stand, first]);

  useEffect(() => {
    const element = box.current;
    if (element === null || first === 0) return;
    const look = () => {
      if (element.scrollTop < NEAR) showEarlier();
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [box, first, showEarlier]);

  return { items: first === 0 ? all : all.slice(first), hasEarlier: first > 0, showEarlier, reveal };
}

function hasMessage(item: Shown, messageId: string): boolean {
  const places = item.role === 'assistant' ? item.places : [item.place];
  return places.some(({ turn }) => turn.storedId === messageId);
}
