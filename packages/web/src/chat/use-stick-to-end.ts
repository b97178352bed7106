import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { type ScrollPosition, type Stick, followScroll, isAtEnd } from './scroll-stick.ts';

function readPosition(box: HTMLElement): ScrollPosition {
  return { top: box.scrollTop, height: box.scrollHeight, clientHeight: box.clientHeight };
}

export interface StickToEnd {
  box: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isStuck: boolean;
  /** Goes to the end and follows it. */
  jump: () => void;
  /** Goes to something within the box, and stays there until the reader scrolls. */
  show: (target: Element) => void;
}

/**
 * Keeps a scrolling box at its end while content grows, until the reader scrolls up.
 * @param isActive false leaves the box alone: what is in it is read from its start
 */
export function useStickToEnd(isActive: boolean): StickToEnd {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stick = useRef<Stick>({ isStuck: true, last: { top: 0, height: 0, clientHeight: 0 } });
  const held = useRef<Element | null>(null);
  const [isStuck, setIsStuck] = useState(true);

  const note = useCallback((next: Stick) => {
    stick.current = next;
    setIsStuck(next.isStuck);
  }, []);

  const jump = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    held.current = null;
    element.scrollTop = element.scrollHeight;
    note({ isStuck: true, last: readPosition(element) });
  }, [note]);

  const show = useCallback(
    (target: Element) => {
      if (box.current === null) return;
      held.current = target;
      target.scrollIntoView({ block: 'start', behavior: 'instant' });
      const last = readPosition(box.current);
      note({ isStuck: isAtEnd(last), last });
    },
    [note],
  );

  // Before the first paint: what is opened stands at its end from the start.
  useLayoutEffect(() => {
    const element = box.current;
    if (!isActive || element === null || content.current === null) return;
    const onScroll = () => {
      if (element.scrollTop !== stick.current.last.top) held.current = null;
      note(followScroll(stick.current, readPosition(element)));
    };
    const onResize = () => {
      // What is near enough to be seen finds its height only when it has been scrolled to.
      if (held.current?.isConnected === true) return show(held.current);
      // A scroll by the reader may be in before its event is.
      const next = followScroll(stick.current, readPosition(element));
      if (next.isStuck && stick.current.isStuck) jump();
      else note({ ...next, isStuck: stick.current.isStuck && next.isStuck });
    };
    const onWheel = ({ deltaY }: WheelEvent) => {
      if (deltaY < 0 && element.scrollTop > 0) note({ ...stick.current, isStuck: false });
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'End') jump();
    };
    const observer = new ResizeObserver(onResize);
    observer.observe(element);
    observer.observe(content.current);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: true });
    element.addEventListener('keydown', onKey);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('keydown', onKey);
    };
  }, [jump, show, note, isActive]);

  return { box, content, isStuck, jump, show };
}
