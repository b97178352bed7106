import { type Connection, type StopResult, SluiceError, errorEntry, stopRun } from '@sluice/shared';
import type { RunStore } from './run-store.ts';
import { withRoom } from './yielding-turns.ts';

/** Between the attempts of one stop. */
const DELAYS_MS = [250, 500, 1000, 2000];
/** How long the stream may go on after the server has answered a stop. */
const LEAVE_MS = 2000;
/** A server answers a stop within two seconds. */
const ANSWER_MS = 5000;

/** Stops a run that has a name, and then leaves its stream, unless that ends first. */
export async function stopAndLeave(
  connection: Connection,
  { run, leaving }: { run: RunStore; leaving: AbortController },
): Promise<void> {
  if (await requestStop(connection, run)) setTimeout(() => leaving.abort(), LEAVE_MS);
}

/**
 * Asks the server to stop a run that has a name, a few times if need be, and notes in `run` the proof, or why it was not stopped.
 * @returns whether it goes on no more
 */
async function requestStop(connection: Connection, run: RunStore): Promise<boolean> {
  const { runId } = run.getView();
  if (runId === null) return false;
  run.noteStopping();
  return withRoom(() => stopPatiently(connection, { run, runId }));
}

async function stopPatiently(
  connection: Connection,
  { run, runId }: { run: RunStore; runId: string },
): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      run.noteStop(await stopWithin(ANSWER_MS, connection, runId));
      return true;
    } catch (error) {
      if (run.getView().phase === 'ended' || isGone(error)) return true;
      const delayMs = DELAYS_MS[attempt];
      if (delayMs === undefined || !mayPass(error)) {
        run.noteUnstopped(error);
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

async function stopWithin(ms: number, connection: Connection, runId: string): Promise<StopResult> {
  const controller = new AbortController();
  const giveUp = () => controller.abort(new TypeError('the server does not answer'));
  const timer = setTimeout(giveUp, ms);
  try {
    return await stopRun(connection, runId, controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

const isGone = (error: unknown) => error instanceof SluiceError && error.code === 'not_found';

const mayPass = (error: unknown) => !(error instanceof SluiceError) || errorEntry(error.code).retryable;
