import type { SequencedEvent } from '../run-event.ts';
import { ComeBack, type ComeBackOptions } from './come-back.ts';
import { readRunEvents } from './read-run-events.ts';

/** How far the reading has come. */
export interface ReadPosition {
  /** Undefined until `run-start` has come, unless it was known before. */
  runId: string | undefined;
  /** The seq of the last event that came. */
  after: number;
}

/**
 * Yields each event of a run once, from a position to `run-end`, over as many connections as that takes.
 * @param connect asks for what lies beyond a position; a 204 says that there is nothing more
 */
export async function* readResumed(
  { runId, after, ...options }: ReadPosition & ComeBackOptions,
  connect: (position: ReadPosition) => Promise<Response>,
): AsyncGenerator<SequencedEvent, void, undefined> {
  const position = { runId, after };
  const comeBack = new ComeBack(options);
  for (;;) {
    try {
      const response = await connect(position);
      if (response.status === 204) return;
      const { signal } = options;
      for await (const sequenced of readRunEvents(response, { signal, runId: position.runId })) {
        const { seq, event } = sequenced;
        if (seq <= position.after) continue;
        position.after = seq;
        if (event.type === 'run-start') position.runId = event.runId;
        comeBack.noteEvent();
        yield sequenced;
      }
      return;
    } catch (failure) {
      await comeBack.wait(failure);
    }
  }
}
