import { type Connection, type TakeTurn, followRun } from '@sluice/shared';
import { stopAndLeave } from './request-stop.ts';
import type { RunStore } from './run-store.ts';
import type { RunHandle } from './start-run.ts';
import { tellWaiting } from './tell-waiting.ts';

export interface FollowOptions {
  connection: Connection;
  runId: string;
  /** Knows the run's name, and has none of its events yet. */
  run: RunStore;
  /** Asked before each connection, where there are few. */
  takeTurn?: TakeTurn | undefined;
}

async function readAll(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { connection, runId, run, takeTurn } = options;
  let isEarly = true;
  const turns = takeTurn && { takeTurn: tellWaiting(run, { takeTurn, isEarly: () => isEarly }) };
  const following = { ...connection, runId, after: 0, signal, onConnection: run.noteConnection, ...turns };
  try {
    for await (const { event } of followRun(following)) {
      isEarly = false;
      run.append(event);
    }
  } catch (error) {
    if (signal.aborted) run.closeStopped();
    else run.closeFailed(error);
  }
}

/** Puts the events of a run that was started elsewhere into `run`, from the first to the last, each once. */
export function followFromStart(options: FollowOptions): RunHandle {
  const { connection, run } = options;
  const leaving = new AbortController();
  void readAll(options, leaving.signal);
  return {
    stop() {
      if (!run.getView().isStopping) void stopAndLeave(connection, { run, leaving });
    },
  };
}
