import type { Failure } from './failure.ts';
import { failureStatus } from './failure-status.ts';

/** OpenAI's error object, with our own code beside theirs. */
export interface OpenAiError {
  message: string;
  type: string;
  /** The field of the request that is wrong, where one is. */
  param: string | null;
  code: string;
  sluice_code: string;
}

/** Codes that OpenAI's clients look for. */
const openAiCodes: Partial<Record<Failure['code'], string>> = {
  token_missing: 'invalid_api_key',
  token_invalid: 'invalid_api_key',
  token_expired: 'invalid_api_key',
  token_revoked: 'invalid_api_key',
  budget_exceeded: 'insufficient_quota',
  rate_limited: 'rate_limit_exceeded',
  too_many_runs: 'rate_limit_exceeded',
  upstream_rate_limited: 'rate_limit_exceeded',
};

/** @returns what `error` holds, in an answer of its own and in a frame of a stream alike */
export function toOpenAiError({ code, message }: Pick<Failure, 'code' | 'message'>): OpenAiError {
  const isOfField = code === 'invalid_request' || code === 'unsupported_option';
  return {
    message,
    type: typeOf(code),
    param: code === 'model_not_found' ? 'model' : (isOfField && fieldOf(message)) || null,
    code: openAiCodes[code] ?? code,
    sluice_code: code,
  };
}

const fieldOf = (message: string) => /^([\w.-]{1,200}): /.exec(message)?.[1];

function typeOf(code: Failure['code']): string {
  if (code === 'budget_exceeded') return 'insufficient_quota';
  const status = failureStatus(code);
  if (status === 429) return 'rate_limit_error';
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
