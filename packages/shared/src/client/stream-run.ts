import type { ChatRequest } from '../chat-request.ts';
import type { RunEvent } from '../run-event.ts';
import { createSseDecoder } from '../sse-codec.ts';
import type { Connection } from './connection.ts';
import { sendRequest } from './send-request.ts';

export interface StreamRunOptions extends Connection {
  request: ChatRequest;
  /** Closing the connection; the server then aborts the upstream call. To stop and keep the answer, use `stopRun`. */
  signal?: AbortSignal;
}

/** The connection ended before `run-end`: what came is a cut answer, never a complete one. */
export class RunCutError extends Error {
  override readonly name = 'RunCutError';
  /** Undefined when not even `run-start` came. */
  readonly runId: string | undefined;

  constructor(runId: string | undefined, options?: { cause: unknown }) {
    super('The connection ended before the answer was whole', options);
    this.runId = runId;
  }
}

/**
 * Starts a run and yields its events, `run-start` first and `run-end` last.
 * @throws {SluiceError} when the server refuses the request (before the first event)
 * @throws {RunCutError} when the connection ends before `run-end`
 * @throws the signal's reason when it aborts
 */
export async function* streamRun(options: StreamRunOptions): AsyncGenerator<RunEvent, void, undefined> {
  const { request, signal } = options;
  const response = await sendRequest(options, '/api/chat/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ ...request, onDisconnect: 'abort' }),
    ...(signal && { signal }),
  });
  let runId: string | undefined;
  const decoder = createSseDecoder();
  try {
    for await (const bytes of readBody(response)) {
      for (const { event } of decoder.decode(bytes)) {
        if (event.type === 'run-start') runId = event.runId;
        yield event;
        if (event.type === 'run-end') return;
      }
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof TypeError ? new RunCutError(runId, { cause }) : cause;
  }
  throw new RunCutError(runId);
}

/** A body as an async iterable, in browsers too whose streams cannot be iterated; leaving the loop closes the connection. */
async function* readBody(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
