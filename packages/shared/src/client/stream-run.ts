import type { ChatRequest } from '../chat-request.ts';
import type { RunEvent } from '../run-event.ts';
import type { Connection } from './connection.ts';
import { readRunEvents } from './read-run-events.ts';
import { sendRequest } from './send-request.ts';

export interface StreamRunOptions extends Connection {
  request: ChatRequest;
  /**
   * Closing the connection. The run then has its grace, in which it can be followed again, unless the request says otherwise
   * (`onDisconnect`). To stop it and keep the answer, use `stopRun`.
   */
  signal?: AbortSignal;
}

/**
 * Starts a run, under an Idempotency-Key of its own, and yields its events, `run-start` first and `run-end` last.
 * @throws {SluiceError} when the server refuses the request (before the first event)
 * @throws {RunCutError} when the connection ends before `run-end`
 * @throws the signal's reason when it aborts
 */
export async function* streamRun(options: StreamRunOptions): AsyncGenerator<RunEvent, void, undefined> {
  const { request, signal } = options;
  const response = await sendRequest(options, '/api/chat/stream', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'idempotency-key': randomKey(),
    },
    body: JSON.stringify({ onDisconnect: 'grace', ...request }),
    ...(signal && { signal }),
  });
  for await (const { event } of readRunEvents(response, { signal })) yield event;
}

/** 128 bits; `randomUUID` is missing from pages that came over plain http. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
