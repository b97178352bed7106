import type { SequencedEvent } from '../run-event.ts';
import type { ConnectionChange } from './come-back.ts';
import type { Connection } from './connection.ts';
import { readResumed } from './read-resumed.ts';
import { sendRequest } from './send-request.ts';
import type { TakeTurn } from './turn.ts';

export interface FollowRunOptions extends Connection {
  runId: string;
  /** The seq of the last event that came; 0 for all of them. */
  after: number;
  signal?: AbortSignal;
  /** Called when the connection breaks and when it is there again. */
  onConnection?: (change: ConnectionChange) => void;
  /** Asked before each connection, where there are few. */
  takeTurn?: TakeTurn;
}

/**
 * Yields everything of a run after a cursor, up to `run-end`, each event once; nothing when `run-end` is what the cursor stands at.
 * Comes back by itself to a connection that breaks, for most of a minute.
 * @throws {SluiceError} `not_found`, or `run_expired` when its events are no longer kept
 * @throws what broke it last, when there was no coming back: {RunCutError}, or the platform's own network error
 * @throws the signal's reason when it aborts
 */
export async function* followRun(options: FollowRunOptions): AsyncGenerator<SequencedEvent, void, undefined> {
  const { runId } = options;
  yield* readResumed(options, ({ after }, signal) => requestEvents(options, { runId, after, signal }));
}

/** One request for a run's events after a cursor. */
export function requestEvents(
  connection: Connection,
  { runId, after, signal }: { runId: string; after: number; signal: AbortSignal },
): Promise<Response> {
  return sendRequest(connection, `/api/runs/${encodeURIComponent(runId)}/events`, {
    headers: { accept: 'text/event-stream', 'last-event-id': String(after) },
    signal,
  });
}
