import type { Failure } from './failure.ts';
import { failureStatus } from './failure-status.ts';

/** Anthropic's error envelope, with our own code beside their type. */
export interface AnthropicErrorBody {
  type: 'error';
  error: { type: string; message: string; sluice_code: string };
  /** Left out in a stream, whose headers have it. */
  request_id?: string;
}

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** @returns the body of an answer of its own, and the data of an `error` event in a stream */
export function toAnthropicError(
  { code, message }: Pick<Failure, 'code' | 'message'>,
  requestId?: string,
): AnthropicErrorBody {
  const status = failureStatus(code);
  const type = types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return {
    type: 'error',
    error: { type, message, sluice_code: code },
    ...(requestId !== undefined && { request_id: requestId }),
  };
}
