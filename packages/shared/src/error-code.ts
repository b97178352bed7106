import type { RunEndReason } from './run-event.ts';

interface ErrorEntry {
  /** HTTP status while the response's headers have not been sent. */
  status: number;
  /** Whether the same request may succeed when sent again. */
  retryable: boolean;
  /** Public title; says nothing of the machine it happened on. */
  title: string;
  /** `run-end.reason` of a run that ends with this error; absent for errors that come before a run. */
  endReason?: RunEndReason;
}

/** The one closed table of errors: what every route, event and client means by a code (docs/protocol.md, section 4). */
export const errorTable = {
  invalid_request: { status: 400, retryable: false, title: 'The request is not valid', endReason: 'error' },
  unsupported_option: {
    status: 400,
    retryable: false,
    title: 'An option is not supported',
    endReason: 'error',
  },
  invalid_cursor: { status: 400, retryable: false, title: 'The cursor is not valid', endReason: 'error' },
  context_length_exceeded: {
    status: 400,
    retryable: false,
    title: 'The conversation is too long for the model',
    endReason: 'error',
  },
  token_missing: { status: 401, retryable: false, title: 'A token is needed' },
  token_invalid: { status: 401, retryable: false, title: 'The token or the credentials are not valid' },
  token_expired: { status: 401, retryable: false, title: 'The token has expired' },
  token_revoked: {
    status: 401,
    retryable: false,
    title: 'The token has been revoked',
    endReason: 'revoked',
  },
  origin_not_allowed: { status: 403, retryable: false, title: 'The page may not call this' },
  scope_missing: { status: 403, retryable: false, title: 'The token does not allow this' },
  not_found: { status: 404, retryable: false, title: 'Not found' },
  model_not_found: { status: 404, retryable: false, title: 'No such model' },
  run_expired: { status: 410, retryable: false, title: 'The run is no longer kept' },
  payload_too_large: { status: 413, retryable: false, title: 'The body is too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'The media type is not supported' },
  misdirected_request: {
    status: 421,
    retryable: false,
    title: 'This server does not answer to that host name',
  },
  idempotency_mismatch: {
    status: 422,
    retryable: false,
    title: 'The Idempotency-Key was used with another body',
  },
  budget_exceeded: {
    status: 402,
    retryable: false,
    title: 'The budget is used up',
    endReason: 'budget',
  },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests' },
  too_many_runs: { status: 429, retryable: true, title: 'Too many runs at once' },
  upstream_rate_limited: {
    status: 429,
    retryable: true,
    title: "The model's provider limits the rate",
    endReason: 'error',
  },
  upstream_auth: {
    status: 502,
    retryable: false,
    title: "The model's provider refused this server's key",
    endReason: 'error',
  },
  upstream_quota: {
    status: 502,
    retryable: false,
    title: "This server's quota at the model's provider is used up",
    endReason: 'error',
  },
  upstream_invalid: {
    status: 502,
    retryable: false,
    title: "The model's provider refused the request",
    endReason: 'error',
  },
  upstream_too_large: {
    status: 502,
    retryable: false,
    title: "The model's provider sent more than is accepted",
    endReason: 'error',
  },
  output_too_large: {
    status: 502,
    retryable: false,
    title: 'The answer grew beyond the limit',
    endReason: 'error',
  },
  upstream_error: { status: 502, retryable: true, title: "The model's provider failed", endReason: 'error' },
  upstream_unreachable: {
    status: 502,
    retryable: true,
    title: "The model's provider could not be reached",
    endReason: 'error',
  },
  upstream_truncated: {
    status: 502,
    retryable: true,
    title: 'The answer was cut off on its way here',
    endReason: 'error',
  },
  upstream_overloaded: {
    status: 503,
    retryable: true,
    title: "The model's provider is overloaded",
    endReason: 'error',
  },
  draining: { status: 503, retryable: true, title: 'The server is shutting down' },
  unavailable: { status: 503, retryable: true, title: 'The server cannot take this now' },
  interrupted: {
    status: 503,
    retryable: true,
    title: 'The server stopped before the answer was whole',
    endReason: 'interrupted',
  },
  first_token_timeout: {
    status: 504,
    retryable: true,
    title: 'The model took too long to begin',
    endReason: 'timeout',
  },
  idle_timeout: { status: 504, retryable: true, title: 'The model fell silent', endReason: 'timeout' },
  run_timeout: { status: 504, retryable: false, title: 'The answer took too long', endReason: 'timeout' },
  internal: { status: 500, retryable: true, title: 'Something went wrong on the server', endReason: 'error' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** @returns whether `value` is one of this version's codes; a newer server may send others */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value);
}

/** @returns the table's entry, with the optional `endReason` visible to the type checker */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorTable[code];
}
