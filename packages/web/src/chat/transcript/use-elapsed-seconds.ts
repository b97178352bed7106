import { useEffect, useState } from 'react';

/** @returns whole seconds since `sinceMs` on the page's clock, counted while `isRunning` */
export function useElapsedSeconds(sinceMs: number, isRunning: boolean): number {
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    if (!isRunning) return;
    const tick = () => setNowMs(performance.now());
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [isRunning]);
  return Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
}
