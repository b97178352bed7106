import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { StickyScroll } from './sticky-scroll.ts';

export interface StickToEnd extends Pick<StickyScroll, 'jump' | 'stand'> {
  box: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isStuck: boolean;
}

/**
 * Keeps a scrolling box at its end while content grows, until the reader scrolls up.
 * @param isActive false leaves the box alone: what is in it is read from its start
 */
export function useStickToEnd(isActive: boolean): StickToEnd {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [isStuck, setIsStuck] = useState(true);
  const [scroll] = useState(() => new StickyScroll(setIsStuck));
  // Before the first paint: what is opened stands at its end from the start.
  useLayoutEffect(() => {
    if (!isActive || box.current === null || content.current === null) return;
    return scroll.attach(box.current, content.current);
  }, [scroll, isActive]);
  return { box, content, isStuck, jump: scroll.jump, stand: scroll.stand };
}
