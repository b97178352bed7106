import type { TakeTurn } from '@sluice/shared';
import type { RunStore } from './run-store.ts';

/** A free connection is there sooner; what takes longer is told. */
const FREE_MS = 300;

interface Waiting {
  takeTurn: TakeTurn;
  /** Whether nothing of the run has come yet: later waits are too short to be told of. */
  isEarly: () => boolean;
}

/** @returns turns of which `run` tells that it waits for one, and when it has waited */
export function tellWaiting(run: RunStore, { takeTurn, isEarly }: Waiting): TakeTurn {
  return async (signal) => {
    const timer = setTimeout(() => isEarly() && run.noteQueued('connection'), FREE_MS);
    try {
      return await takeTurn(signal);
    } finally {
      clearTimeout(timer);
      run.noteQueued(null);
    }
  };
}
