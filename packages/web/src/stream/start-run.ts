import { type ChatRequest, type Connection, type TakeTurn, streamRun } from '@sluice/shared';
import { isGrowing } from './is-growing.ts';
import { stopAndLeave } from './request-stop.ts';
import type { RunStore } from './run-store.ts';
import { tellWaiting } from './tell-waiting.ts';

/** How long a stop waits for the name of a run that was asked for. */
const NAME_MS = 5000;

export interface RunHandle {
  /** Ends the run and keeps what came; idempotent. A run that the server cannot be told to stop goes on. */
  stop: () => void;
}

export interface StartRunOptions {
  connection: Connection;
  /** Called at once; what it throws ends the run like a refusal. */
  makeRequest: (signal: AbortSignal) => Promise<ChatRequest>;
  run: RunStore;
  /** Asked before each connection, where there are few. */
  takeTurn?: TakeTurn | undefined;
}

interface Reading {
  signal: AbortSignal;
  /** Called when the request is on its way: from now on there may be a run. */
  onSent: () => void;
}

function takeTurnFor({ run, takeTurn }: StartRunOptions, onSent: () => void): TakeTurn | undefined {
  if (takeTurn === undefined) {
    onSent();
    return undefined;
  }
  const takeAndSend: TakeTurn = async (signal) => {
    const turn = await takeTurn(signal);
    onSent();
    return turn;
  };
  return tellWaiting(run, { takeTurn: takeAndSend, isEarly: () => run.getView().runId === null });
}

async function readRun(start: StartRunOptions, { signal, onSent }: Reading): Promise<void> {
  const { connection, makeRequest, run } = start;
  const send = connection.fetch ?? fetch;
  // The id the server logs a request under stands in the response's headers only.
  const noted: typeof fetch = async (input, init) => {
    const response = await send(input, init);
    run.noteRequestId(response.headers.get('x-request-id'));
    return response;
  };
  try {
    const request = await makeRequest(signal);
    signal.throwIfAborted();
    const takeTurn = takeTurnFor(start, onSent);
    const options = { ...connection, fetch: noted, request, signal, onConnection: run.noteConnection };
    for await (const event of streamRun({ ...options, ...(takeTurn && { takeTurn }) })) run.append(event);
  } catch (error) {
    if (signal.aborted) run.closeStopped();
    else run.closeFailed(error);
  }
}

/** Settles when the run has a name or has ended, or the time is over. */
async function waitForName(run: RunStore): Promise<void> {
  const hasName = () => run.getView().runId !== null || run.getView().phase === 'ended';
  if (hasName()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = run.subscribe(() => hasName() && resolve());
  const timer = setTimeout(resolve, NAME_MS);
  await promise;
  clearTimeout(timer);
  unsubscribe();
}

/** Starts a run and puts its events into `run` until it ends, one way or another. */
export function startRun(options: StartRunOptions): RunHandle {
  const { connection, run } = options;
  const abort = new AbortController();
  let isSent = false;
  void readRun(options, { signal: abort.signal, onSent: () => (isSent = true) });

  async function stop(): Promise<void> {
    const view = run.getView();
    if (!isGrowing(view) || view.isStopping) return;
    run.noteStopping();
    if (!isSent) return abort.abort();
    // Closing the connection would only leave the run to its grace.
    await waitForName(run);
    if (run.getView().runId === null) {
      // There may be a run all the same, which cannot be named. The first end stands.
      run.closeFailed(new TypeError('the server does not answer'));
      return abort.abort();
    }
    await stopAndLeave(connection, { run, leaving: abort });
  }

  return { stop: () => void stop() };
}
