import type { RunStore } from './run-store.ts';

/**
 * Resolves when a run has ended, one way or another.
 * @throws the signal's reason, as soon as it aborts
 */
export async function waitForEnd(run: RunStore, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const hasEnded = () => run.getView().phase === 'ended';
  if (hasEnded()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  const unsubscribe = run.subscribe(() => hasEnded() && resolve());
  try {
    await promise;
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', abort);
  }
}
