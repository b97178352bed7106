/** Calls `beat` after each `intervalMs` of silence, until disposed. `postpone` says that something was sent. */
export function startHeartbeat(intervalMs: number, beat: () => void): Disposable & { postpone(): void } {
  const timer = setInterval(beat, intervalMs);
  return {
    postpone: () => void timer.refresh(),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
