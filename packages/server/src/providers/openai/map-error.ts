import { SluiceError } from '@sluice/shared';
import { APIConnectionError, APIError } from 'openai';
import { asObject, asText } from '../parse-chunk.ts';
import { toInternal, toSluiceError, toUnreachable } from '../upstream-error.ts';

/** @returns what the SDK's exception means */
export function mapError(error: unknown, providerName: string): SluiceError {
  if (error instanceof SluiceError) return error;
  if (error instanceof APIConnectionError && error.cause instanceof SluiceError) return error.cause;
  if (error instanceof APIConnectionError) return toUnreachable(providerName, error);
  if (!(error instanceof APIError)) return toInternal(error);
  const { status, headers } = error as APIError<number | undefined, Headers | undefined>;
  return toSluiceError({
    providerName,
    status,
    headers,
    kinds: [error.type, error.code],
    message: error.message,
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
