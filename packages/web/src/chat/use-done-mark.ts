import { useEffect, useRef } from 'react';

const MARK = '● ';

/** Marks the title when an answer ends in a hidden tab, until the tab is looked at. */
export function useDoneMark(isBusy: boolean): void {
  const wasBusy = useRef(isBusy);
  useEffect(() => {
    const hasJustEnded = wasBusy.current && !isBusy;
    wasBusy.current = isBusy;
    if (!hasJustEnded || !document.hidden) return;
    const title = document.title;
    document.title = MARK + title;
    const restore = () => {
      document.title = title;
    };
    document.addEventListener('visibilitychange', restore, { once: true });
    return () => {
      document.removeEventListener('visibilitychange', restore);
      restore();
    };
  }, [isBusy]);
}
