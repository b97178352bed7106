import { type Connection, stopRun } from '@sluice/shared';
import type { RunStore } from './run-store.ts';

/**
 * Asks the server to stop a run that has a name, and notes the proof in `run`.
 * @returns whether the server took it
 */
export async function requestStop(connection: Connection, run: RunStore): Promise<boolean> {
  const { runId } = run.getView();
  if (runId === null) return false;
  run.noteStopping();
  try {
    run.noteStop(await stopRun(connection, runId));
    return true;
  } catch {
    return false;
  }
}
