import type { SequencedEvent } from '../run-event.ts';
import type { Connection } from './connection.ts';
import { readRunEvents } from './read-run-events.ts';
import { sendRequest } from './send-request.ts';

export interface FollowRunOptions extends Connection {
  runId: string;
  /** The seq of the last event that came; 0 for all of them. */
  after: number;
  signal?: AbortSignal;
}

/**
 * Yields everything of a run after a cursor, up to `run-end`; nothing when `run-end` is what the cursor stands at.
 * @throws {SluiceError} `not_found`, or `run_expired` when its events are no longer kept
 * @throws {RunCutError} when the connection ends before `run-end`: come back with the last seq
 * @throws the signal's reason when it aborts
 */
export async function* followRun(options: FollowRunOptions): AsyncGenerator<SequencedEvent, void, undefined> {
  const { runId, after, signal } = options;
  const response = await sendRequest(options, `/api/runs/${encodeURIComponent(runId)}/events`, {
    headers: { accept: 'text/event-stream', 'last-event-id': String(after) },
    ...(signal && { signal }),
  });
  if (response.status !== 204) yield* readRunEvents(response, { signal, runId });
}
