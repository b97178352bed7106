// In: logged events, and refusals, under the id of the client that asked. Out: frames of the WebSocket, each one JSON object.
// Never: a socket, nor a frame `done` for an answer whose `run-end` is not in the log.
import { type RunEvent, type SluiceError, errorEntry } from '@sluice/shared';

/** Whose frames these are. */
export interface FrameContext {
  /** The client's own, or the one it was given. */
  id: string;
  /** What an error is logged under. */
  requestId: string;
}

/** @returns the frame of one event: `token`, `done`, or the event under its own type, each with `id` and `seq` */
export function encodeEventFrame(
  event: RunEvent,
  { id, seq, requestId }: FrameContext & { seq: number },
): string {
  switch (event.type) {
    case 'text-delta':
      return JSON.stringify({ type: 'token', content: event.text, id, seq });
    case 'run-end':
      return JSON.stringify({ ...event, type: 'done', id, seq });
    case 'error':
      return JSON.stringify({ ...event, id, seq, requestId });
    case 'run-start':
    case 'reasoning-delta':
    case 'run-retry':
    case 'run-fallback':
    case 'usage':
    case 'finish':
      return JSON.stringify({ ...event, id, seq });
    default:
      return event satisfies never;
  }
}

/** @returns the frame of what was refused, or cut; without an `id` where the message had none that could be read */
export function encodeErrorFrame(
  { code, message, details }: SluiceError,
  { id, requestId }: { id: string | undefined; requestId: string },
): string {
  const { retryAfterMs, runId, messageId } = details;
  const { retryable } = errorEntry(code);
  // What is undefined is no field of the JSON.
  return JSON.stringify({
    type: 'error',
    error: message,
    code,
    retryable,
    id,
    requestId,
    retryAfterMs,
    runId,
    messageId,
  });
}

/** @returns the frame that stands between the last token of the run that was steered and the first of the one that follows it */
export function encodeSteeredFrame(id: string, runId: string): string {
  return JSON.stringify({ type: 'steered', id, runId });
}

/** @returns the frame that names options which some of the fallback models are asked without */
export function encodeDroppedFrame(id: string, options: readonly string[]): string {
  return JSON.stringify({ type: 'dropped', id, options });
}
