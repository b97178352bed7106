import { type Connection, SluiceError, errorEntry, followRun } from '@sluice/shared';
import type { RunStore } from './run-store.ts';

/** How long to wait before each attempt to come back to a stream that broke off. */
const RETURN_DELAYS_MS = [250, 1000, 3000];

export interface FollowOptions {
  connection: Connection;
  runId: string;
  /** Has none of the run's events yet. */
  run: RunStore;
}

/** Puts the events of a run that was started elsewhere into `run`, from the first to the last, each once. Never throws. */
export async function followFromStart({ connection, runId, run }: FollowOptions): Promise<void> {
  let after = 0;
  let failures = 0;
  while (run.getView().phase !== 'ended') {
    try {
      for await (const { seq, event } of followRun({ ...connection, runId, after })) {
        after = seq;
        failures = 0;
        run.append(event);
      }
      return;
    } catch (error) {
      const isFinal = error instanceof SluiceError && !errorEntry(error.code).retryable;
      const delayMs = RETURN_DELAYS_MS[failures++];
      if (isFinal || delayMs === undefined) return run.closeFailed(error);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
