import { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { SluiceError } from '@sluice/shared';
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
    kinds: [error.type, error.errorCode],
    message: error.message,
  });
}

/** @returns what an `error` event, or an error body with status 200, means */
export function mapStreamError(chunk: unknown, providerName: string): SluiceError {
  const error = asObject(asObject(chunk)['error']);
  const errorCode = asObject(error['details'])['error_code'];
  return toSluiceError({
    providerName,
    kinds: [error['type'], errorCode],
    message: asText(error['message']),
  });
}
