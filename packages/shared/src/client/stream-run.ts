import type { ChatRequest } from '../chat-request.ts';
import type { RunEvent } from '../run-event.ts';
import type { ConnectionChange } from './come-back.ts';
import type { Connection } from './connection.ts';
import { requestEvents } from './follow-run.ts';
import { readResumed } from './read-resumed.ts';
import { sendRequest } from './send-request.ts';
import type { TakeTurn } from './turn.ts';

export interface StreamRunOptions extends Connection {
  request: ChatRequest;
  /**
   * Closing the connection. The run then has its grace, in which it can be followed again, unless the request says otherwise
   * (`onDisconnect`). To stop it and keep the answer, use `stopRun`.
   */
  signal?: AbortSignal;
  /** Called when the connection breaks and when it is there again. */
  onConnection?: (change: ConnectionChange) => void;
  /** Asked before each connection, where there are few. */
  takeTurn?: TakeTurn;
}

/**
 * Starts a run, under an Idempotency-Key of its own, and yields its events, `run-start` first and `run-end` last, each once. Comes
 * back by itself to a connection that breaks, for most of a minute: with the same key before the first event, so that there is one
 * run, then with a cursor.
 * @throws {SluiceError} when the server refuses the request (before the first event)
 * @throws what broke it last, when there was no coming back: {RunCutError}, or the platform's own network error
 * @throws the signal's reason when it aborts
 */
export async function* streamRun(options: StreamRunOptions): AsyncGenerator<RunEvent, void, undefined> {
  const { request, signal, onConnection, takeTurn } = options;
  const body = JSON.stringify({ onDisconnect: 'grace', ...request });
  const init: RequestInit = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'idempotency-key': randomKey(),
    },
    body,
  };
  const start = { runId: undefined, after: 0, signal, onConnection, takeTurn, bodyLength: body.length };
  const events = readResumed(start, ({ runId, after }, attempt) =>
    runId === undefined
      ? sendRequest(options, '/api/chat/stream', { ...init, signal: attempt })
      : requestEvents(options, { runId, after, signal: attempt }),
  );
  for await (const { event } of events) yield event;
}

/** 128 bits; `randomUUID` is missing from pages that came over plain http. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
