import { useEffect, useRef, useState } from 'react';

/** @returns whether an answer has ended in this tab while it was hidden, until the tab is looked at */
export function useDoneMark(isBusy: boolean): boolean {
  const [isMarked, setIsMarked] = useState(false);
  const wasBusy = useRef(isBusy);
  useEffect(() => {
    const hasJustEnded = wasBusy.current && !isBusy;
    wasBusy.current = isBusy;
    if (hasJustEnded && document.hidden) setIsMarked(true);
  }, [isBusy]);
  useEffect(() => {
    if (!isMarked) return;
    const unmark = () => setIsMarked(false);
    document.addEventListener('visibilitychange', unmark, { once: true });
    return () => document.removeEventListener('visibilitychange', unmark);
  }, [isMarked]);
  return isMarked;
}
