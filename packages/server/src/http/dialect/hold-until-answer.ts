import { type RunEvent, emptyAnswer, foldEvent } from '@sluice/shared';
import type { EncodableEvent } from '../../encoders/encoder.ts';
import { failureOf } from '../../encoders/failure.ts';
import { parseEvents } from '../../encoders/parse-events.ts';
import { FailedAnswer } from './failed-answer.ts';

/** As long as a stream may be silent, headers and all. */
export const HOLD_MS = 5000;

type Batch = readonly EncodableEvent[];

/**
 * Waits for the first that a model says, so that what fails before it can be answered with a status of its own.
 * @param maxMs after so long the rest is left to come as it comes
 * @returns all of the events, none left out
 * @throws {FailedAnswer} when the run has ended by then, and badly
 */
export async function holdUntilAnswer(
  events: AsyncIterable<Batch>,
  maxMs: number,
): Promise<AsyncIterable<Batch>> {
  const iterator = events[Symbol.asyncIterator]();
  const late = Promise.withResolvers<'late'>();
  const deadline = setTimeout(() => late.resolve('late'), maxMs);
  const held: Batch[] = [];
  let answer = emptyAnswer;
  let pending: Promise<IteratorResult<Batch>> | undefined;
  try {
    for (;;) {
      pending = iterator.next();
      // Whoever reads on hears of it; until then it is nobody's.
      pending.catch(() => undefined);
      const next = await Promise.race([pending, late.promise]);
      if (next === 'late' || next.done === true) break;
      pending = undefined;
      held.push(next.value);
      const batch = parseEvents(next.value);
      answer = batch.reduce(foldEvent, answer);
      const failure = answer.end === null ? null : failureOf(answer.end, answer.error);
      if (failure !== null && !hasSaidAnything(answer)) throw new FailedAnswer(failure);
      if (batch.some(isOfAnswer)) break;
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  return readOn({ held, pending, iterator });
}

const hasSaidAnything = ({ content, reasoning }: { content: string; reasoning: string }) =>
  content !== '' || reasoning !== '';

/** An error alone is not: its end comes with it, and says how it is to be told. */
function isOfAnswer({ type }: RunEvent): boolean {
  return type === 'text-delta' || type === 'reasoning-delta' || type === 'finish' || type === 'run-end';
}

async function* readOn(reading: {
  held: readonly Batch[];
  pending: Promise<IteratorResult<Batch>> | undefined;
  iterator: AsyncIterator<Batch>;
}): AsyncGenerator<Batch> {
  const { held, iterator } = reading;
  let { pending } = reading;
  try {
    yield* held;
    for (;;) {
      const next = await (pending ?? iterator.next());
      pending = undefined;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
