import type { TakeTurn } from '@sluice/shared';
import { createTurns } from './stream-turns.ts';
import { takeYieldingTurn } from './yielding-turns.ts';

const WAITING = 'waiting';

/** Whether this page came over one connection that carries any number of streams. */
function isMultiplexed(): boolean {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return entry?.nextHopProtocol === 'h2' || entry?.nextHopProtocol === 'h3';
}

function createBrowserTurns(): TakeTurn | undefined {
  if (isMultiplexed()) return undefined;
  // Web Locks exist in secure contexts only.
  const { locks } = globalThis.navigator as Partial<Navigator>;
  if (locks === undefined) return takeYieldingTurn;
  // A channel does not hear itself: another stream of this tab may be the one that waits.
  const [mouth, ear] = [new BroadcastChannel('sluice.turns'), new BroadcastChannel('sluice.turns')];
  return createTurns({
    locks,
    tellWaiting: () => mouth.postMessage(WAITING),
    hearWaiting(listener) {
      ear.addEventListener('message', listener);
      return () => ear.removeEventListener('message', listener);
    },
    isHidden: () => document.hidden,
  });
}

let turns: { take: TakeTurn | undefined } | undefined;

/** @returns how streams of this browser share its connections; undefined where they need not */
export function browserTurns(): TakeTurn | undefined {
  turns ??= { take: createBrowserTurns() };
  return turns.take;
}
