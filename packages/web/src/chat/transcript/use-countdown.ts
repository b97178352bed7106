import { useEffect, useState } from 'react';

/** @returns whole seconds left of `ms`, counted from the first render */
export function useCountdown(ms: number | null): number {
  const [endsAtMs] = useState(() => performance.now() + (ms ?? 0));
  const [leftMs, setLeftMs] = useState(ms ?? 0);
  const isRunning = leftMs > 0;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setLeftMs(endsAtMs - performance.now()), 250);
    return () => clearInterval(timer);
  }, [isRunning, endsAtMs]);
  return Math.max(0, Math.ceil(leftMs / 1000));
}
