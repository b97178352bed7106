import { type Failure, failureOf } from '../../encoders/failure.ts';
import type { Answer } from '@sluice/shared';

/** An answer that is none, of which nothing has been sent. */
export class FailedAnswer extends Error {
  override readonly name = 'FailedAnswer';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** @returns an answer with all that a whole one has @throws {FailedAnswer} */
export function requireWhole({ start, model, end, ...answer }: Answer) {
  if (start === null || model === null || end === null) {
    throw new FailedAnswer({ code: 'disconnected', message: 'The reader has gone', retryable: false });
  }
  const failure = failureOf(end, answer.error);
  if (failure !== null) throw new FailedAnswer(failure);
  return { ...answer, start, model, end };
}

export type WholeAnswer = ReturnType<typeof requireWhole>;
