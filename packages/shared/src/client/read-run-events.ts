import type { SequencedEvent } from '../run-event.ts';
import { createSseDecoder } from '../sse-codec.ts';
import { onReturn } from './on-return.ts';
import { RunCutError } from './run-cut-error.ts';

/**
 * The events of a response up to `run-end`; leaving the loop closes the connection.
 * @param runId of the run, if it is known before its `run-start`
 * @throws {RunCutError} when the connection ends before `run-end`
 * @throws the signal's reason when it aborts
 */
export async function* readRunEvents(
  response: Response,
  { signal, runId }: { signal: AbortSignal | undefined; runId: string | undefined },
): AsyncGenerator<SequencedEvent, void, undefined> {
  let knownId = runId;
  const decoder = createSseDecoder();
  try {
    for await (const bytes of readBody(response)) {
      for (const sequenced of decoder.decode(bytes)) {
        const { event } = sequenced;
        if (event.type === 'run-start') knownId = event.runId;
        yield sequenced;
        if (event.type === 'run-end') return;
      }
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof TypeError ? new RunCutError(knownId, { cause }) : cause;
  }
  throw new RunCutError(knownId);
}

/** A server that is there says at least a comment six times in that time. */
const SILENCE_MS = 60_000;
/** After so long a silence, whoever comes back does not wait for more of it: a server says something every ten seconds. */
const SILENCE_AT_RETURN_MS = 25_000;

/**
 * A body as an async iterable, in browsers too whose streams cannot be iterated. Ends early when nothing at all comes any more: a
 * machine that slept, or changed its network, is not told that its connection is gone.
 */
async function* readBody(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const leave = () => reader.cancel().catch(() => undefined);
  // The wall clock goes on while a machine sleeps. One that is set back counts as a silence, rather than none for hours.
  let heardAt = Date.now();
  const leaveAfter = (ms: number) => {
    if (Math.abs(Date.now() - heardAt) > ms) void leave();
  };
  const watch = setInterval(() => leaveAfter(SILENCE_MS), SILENCE_MS / 12);
  const stopListening = onReturn(() => leaveAfter(SILENCE_AT_RETURN_MS));
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      heardAt = Date.now();
      yield read.value;
    }
  } finally {
    clearInterval(watch);
    stopListening();
    await leave();
  }
}
