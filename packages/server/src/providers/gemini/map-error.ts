import { SluiceError } from '@sluice/shared';
import type { HttpFailure } from '../check-answers.ts';
import { type Loose, asObject, asText } from '../parse-chunk.ts';
import { toInternal, toSluiceError } from '../upstream-error.ts';

/** @returns what an exception of the SDK means; those of the network and of answers have been told apart before it saw them */
export function mapError(error: unknown): SluiceError {
  return error instanceof SluiceError ? error : toInternal(error);
}

/** @returns what an answer that is no success means */
export function mapFailure({ body, ...failure }: HttpFailure, providerName: string): SluiceError {
  const whole: unknown = Array.isArray(body) ? body[0] : body;
  const { error } = asObject(whole);
  return toSluiceError({ ...failure, providerName, ...wordsOf(asObject(error), asText(body)) });
}

/** @returns what the `error` of a chunk means */
export function mapStreamError(error: unknown, providerName: string): SluiceError {
  const said = asObject(error);
  const code = Number(said['code']);
  const status = code >= 400 && code < 600 ? code : undefined;
  return toSluiceError({ providerName, status, ...wordsOf(said, asText(error)) });
}

/** Google's `Status`: https://cloud.google.com/apis/design/errors#error_model */
function wordsOf(error: Loose, text: string) {
  const listed = Array.isArray(error['details']) ? error['details'] : [];
  const details = listed.map(asObject);
  const kinds = [error['status'], ...details.map(({ reason }) => reason)];
  return {
    kinds: kinds.map((kind) => asText(kind).toLowerCase()),
    message: asText(error['message']) || text,
    retryAfterMs: readDelay(details.map(({ retryDelay }) => asText(retryDelay))),
  };
}

/** A `RetryInfo` says it in seconds: `48s`, `1.5s`. */
function readDelay(delays: readonly string[]): number | undefined {
  const seconds = delays.map((delay) => /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1]).find(Boolean);
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}
