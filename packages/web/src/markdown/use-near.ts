import { type RefObject, useEffect, useRef, useState } from 'react';

const MARGIN = '600px';

const waiting = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | undefined;

function observe(element: Element, onNear: () => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) waiting.get(target)?.();
    },
    // The transcript scrolls in itself: its own margin counts, where the browser knows one.
    { rootMargin: MARGIN, scrollMargin: MARGIN } as IntersectionObserverInit,
  );
  const shared = observer;
  waiting.set(element, onNear);
  shared.observe(element);
  return () => {
    waiting.delete(element);
    shared.unobserve(element);
  };
}

/** Whether an element is on screen, or has been or nearly so: what costs something waits until then. */
export function useNear<Target extends Element>(): [ref: RefObject<Target | null>, isNear: boolean] {
  const ref = useRef<Target>(null);
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (isNear || ref.current === null) return;
    return observe(ref.current, () => setIsNear(true));
  }, [isNear]);
  return [ref, isNear];
}
