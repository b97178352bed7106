import { SluiceError } from '@sluice/shared';
import { APIConnectionError } from 'openai';
import type { HttpFailure } from '../check-answers.ts';
import { type Loose, asObject, asText } from '../parse-chunk.ts';
import { toInternal, toSluiceError, toUnreachable } from '../upstream-error.ts';

/** @returns what the SDK's exception means; what it wraps is nearly always ours already, since it is given `checkAnswers` to call with */
export function mapError(error: unknown, providerName: string): SluiceError {
  if (error instanceof SluiceError) return error;
  if (!(error instanceof APIConnectionError)) return toInternal(error);
  return error.cause instanceof SluiceError ? error.cause : toUnreachable(providerName, error);
}

/** @returns what an answer means that is none of success, in any of the envelopes that upstreams of this API put it in */
export function mapFailure({ status, headers, body }: HttpFailure, providerName: string): SluiceError {
  // Google's clone says a list of one.
  const envelope = asObject(Array.isArray(body) ? body[0] : body);
  const { error, detail } = envelope;
  // OpenRouter's is an object; xAI's is text beside a code; Mistral's has no envelope, or nothing but `detail`.
  const inner = typeof error === 'object' && error !== null ? (error as Loose) : envelope;
  const words = [error, inner['message'], detail, asObject(inner['metadata'])['raw'], body];
  return toSluiceError({
    providerName,
    status,
    headers,
    kinds: [inner['type'], inner['code']],
    message: words.map(asText).join(' '),
  });
}

/** @returns what the `error` of a chunk means; a few upstreams say it as plain text, or with an HTTP status as its code */
export function mapStreamError(error: unknown, providerName: string): SluiceError {
  const { code, status_code: statusCode, type, message } = asObject(error);
  const status = [statusCode, code].map(Number).find((number) => number >= 400 && number < 600);
  return toSluiceError({
    providerName,
    status,
    kinds: [type, code],
    message: asText(message) || asText(error),
  });
}
