import { type ChatRequest, type Connection, streamRun } from '@sluice/shared';
import { requestStop } from './request-stop.ts';
import type { RunStore } from './run-store.ts';

/** How long the stream may go on after the server has answered a stop. */
const LEAVE_MS = 2000;

export interface RunHandle {
  /** Ends the run and keeps what came; idempotent. */
  stop: () => void;
}

export interface StartRunOptions {
  connection: Connection;
  /** Called at once; what it throws ends the run like a refusal. */
  makeRequest: (signal: AbortSignal) => Promise<ChatRequest>;
  run: RunStore;
}

async function readRun(
  { connection, makeRequest, run }: StartRunOptions,
  signal: AbortSignal,
): Promise<void> {
  const send = connection.fetch ?? fetch;
  // The id the server logs a request under stands in the response's headers only.
  const noted: typeof fetch = async (input, init) => {
    const response = await send(input, init);
    run.noteRequestId(response.headers.get('x-request-id'));
    return response;
  };
  try {
    const request = await makeRequest(signal);
    for await (const event of streamRun({ ...connection, fetch: noted, request, signal })) run.append(event);
  } catch (error) {
    if (signal.aborted) run.closeStopped();
    else run.closeFailed(error);
  }
}

/** Starts a run and puts its events into `run` until it ends, one way or another. */
export function startRun(options: StartRunOptions): RunHandle {
  const { connection, run } = options;
  const abort = new AbortController();
  void readRun(options, abort.signal);

  async function stop(): Promise<void> {
    const { runId, phase, isStopping } = run.getView();
    if (phase === 'ended' || isStopping) return;
    if (runId === null) {
      // Before the run has a name, closing the connection is the stop: the server aborts what it has begun.
      run.noteStopping();
      return abort.abort();
    }
    const isTaken = await requestStop(connection, run);
    setTimeout(() => abort.abort(), isTaken ? LEAVE_MS : 0);
  }

  return { stop: () => void stop() };
}
