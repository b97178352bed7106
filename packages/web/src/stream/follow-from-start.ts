import { type Connection, type TakeTurn, followRun } from '@sluice/shared';
import type { RunStore } from './run-store.ts';

export interface FollowOptions {
  connection: Connection;
  runId: string;
  /** Has none of the run's events yet. */
  run: RunStore;
  /** Asked before each connection, where there are few. */
  takeTurn?: TakeTurn | undefined;
}

/** Puts the events of a run that was started elsewhere into `run`, from the first to the last, each once. Never throws. */
export async function followFromStart({ connection, runId, run, takeTurn }: FollowOptions): Promise<void> {
  try {
    const turns = takeTurn && { takeTurn };
    const options = { ...connection, runId, after: 0, onConnection: run.noteConnection, ...turns };
    for await (const { event } of followRun(options)) run.append(event);
  } catch (error) {
    run.closeFailed(error);
  }
}
