import { type ErrorCode, SluiceError, type SluiceErrorDetails } from '@sluice/shared';

/** What is known of a failed call, in no SDK's words. */
export interface UpstreamFailure {
  /** What people call the provider: "Anthropic". */
  providerName: string;
  status?: number | undefined;
  headers?: Headers | undefined;
  /** How long its body asks to wait, where the headers do not say. */
  retryAfterMs?: number | undefined;
  /** The upstream's own names for the error, such as `invalid_request_error` and `insufficient_quota`. */
  kinds: readonly unknown[];
  /** The upstream's words; looked at for what no code says, and never passed on: they can echo a part of the key. */
  message: string;
}

const quotaKinds =
  /^(insufficient_quota|billing_error|billing_not_active|\w+_spend_limit_reached|quota_exceeded)$/;
const quotaWords =
  /exceeded your current quota|credit balance is too low|insufficient (credit|balance|fund)/i;
const contextKinds = /^(context_length_exceeded|too_many_prompt_tokens|model_context_window_exceeded)$/;
const contextWords =
  /prompt (is )?too long|max(imum)? context|context (length|window)|input token count .* exceeds|too many (input|prompt) tokens/i;
const authWords = /(incorrect|invalid|missing) api key|api key not valid/i;
const authKinds =
  /^(authentication_error|permission_error|invalid_api_key|api_key_invalid|unauthenticated|permission_denied)$/;
const rateKinds = /^(rate_limit_error|rate_limit_exceeded|too_many_requests|resource_exhausted)$/;
const overloadKinds = /^(overloaded_error|overloaded|engine_overloaded|service_unavailable|unavailable)$/;
const invalidKinds =
  /^(invalid_request_error|invalid_argument|not_found_error|model_not_found|request_too_large)$/;
const moderationWords = /requires moderation|was flagged/i;
const requestStatuses = new Set([400, 413, 422]);

/** @returns the failure as a SluiceError, by docs/protocol.md's table of upstream errors */
export function toSluiceError(failure: UpstreamFailure): SluiceError {
  const code = codeOf(failure);
  const details: SluiceErrorDetails = { detail: describe(code, failure) };
  if (failure.status !== undefined) details.upstreamStatus = failure.status;
  const retryAfterMs =
    (failure.headers && readRetryAfterMs(failure.headers, Date.now())) ?? failure.retryAfterMs;
  if (retryAfterMs !== undefined) details.retryAfterMs = retryAfterMs;
  return new SluiceError(code, details, { cause: causeOf(failure) });
}

/** @returns what a connection that failed before the first byte means */
export function toUnreachable(providerName: string, cause: unknown): SluiceError {
  const detail = `${providerName} could not be reached`;
  return new SluiceError('upstream_unreachable', { detail }, { cause: systemCauseOf(cause) });
}

/** @param cause what broke the connection, if it did not end cleanly */
export function toTruncated(providerName: string, cause?: Error): SluiceError {
  const detail = `${providerName} closed the connection before the answer was whole`;
  return new SluiceError('upstream_truncated', { detail }, { cause: cause && systemCauseOf(cause) });
}

/** @returns what an exception means that no upstream caused: a mistake of ours, or a key that no header can carry */
export function toInternal(cause: unknown): SluiceError {
  return new SluiceError('internal', {}, { cause: systemCauseOf(cause) });
}

/**
 * @param now epoch ms, for the form that is a date
 * @returns how long the upstream asks to wait, in ms; `undefined` where it does not say, or says what cannot be
 */
export function readRetryAfterMs(headers: Headers, now: number): number | undefined {
  const exact = readNumber(headers.get('retry-after-ms'));
  if (exact !== undefined) return exact;
  const value = headers.get('retry-after');
  const seconds = readNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  // `Date.parse` takes "-1" for a year: only what looks like an HTTP date counts.
  const date = /^[A-Za-z]{3,9},? /.test(value ?? '') ? Date.parse(value ?? '') : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function readNumber(value: string | null): number | undefined {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

function codeOf({ status, kinds, message }: UpstreamFailure): ErrorCode {
  const isKind = (pattern: RegExp) => kinds.some((kind) => typeof kind === 'string' && pattern.test(kind));
  if (isKind(contextKinds)) return 'context_length_exceeded';
  if (isKind(quotaKinds) || status === 402 || (status === 429 && quotaWords.test(message))) {
    return 'upstream_quota';
  }
  if (status === undefined || requestStatuses.has(status)) {
    if (contextWords.test(message)) return 'context_length_exceeded';
    if (quotaWords.test(message)) return 'upstream_quota';
    if (isKind(authKinds) || authWords.test(message)) return 'upstream_auth';
  }
  // OpenRouter has this status in common with a key that may not.
  if (status === 403 && moderationWords.test(message)) return 'upstream_invalid';
  if (status !== undefined) return codeOfStatus(status);
  if (isKind(rateKinds)) return 'upstream_rate_limited';
  if (isKind(overloadKinds)) return 'upstream_overloaded';
  return isKind(invalidKinds) ? 'upstream_invalid' : 'upstream_error';
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'upstream_auth';
  if (status === 408 || status === 429) return 'upstream_rate_limited';
  if (status === 503 || status === 529) return 'upstream_overloaded';
  return status >= 500 || status < 300 ? 'upstream_error' : 'upstream_invalid';
}

function describe(code: ErrorCode, { providerName, status }: UpstreamFailure): string {
  switch (code) {
    case 'upstream_auth':
      return `${providerName} refused this server's key`;
    case 'upstream_quota':
      return `This server's quota at ${providerName} is used up`;
    case 'upstream_rate_limited':
      return `${providerName} limits the rate of this server's requests`;
    case 'upstream_overloaded':
      return `${providerName} is overloaded`;
    case 'context_length_exceeded':
      return `The conversation is too long for this model of ${providerName}`;
    case 'upstream_invalid':
      return describeRefusal(providerName, status);
    default:
      return `${providerName} failed to answer`;
  }
}

function describeRefusal(providerName: string, status: number | undefined): string {
  if (status === 404) return `${providerName} does not know this model, or its base URL is wrong`;
  if (status !== undefined && status < 400) {
    return `${providerName} answered with a redirect, which is never followed: its base URL is wrong`;
  }
  return `${providerName} refused the request`;
}

/** Only what cannot hold a piece of a key or of a prompt: logs may print it. */
function causeOf({ status, kinds, headers }: UpstreamFailure): Error {
  const names = kinds.filter((kind) => typeof kind === 'string' && /^[a-z][a-z0-9_.-]{0,63}$/.test(kind));
  const requestId = headers?.get('request-id') ?? headers?.get('x-request-id') ?? '';
  const words = [
    status === undefined ? 'in the stream:' : `HTTP ${status}`,
    ...names,
    /^[\w-]{1,128}$/.test(requestId) ? `(request ${requestId})` : '',
  ];
  return new Error(words.filter((word) => word !== '').join(' '));
}

/**
 * The innermost of what the SDKs wrapped, without its message: that of an invalid header quotes the key, that of a parser the
 * upstream's bytes. The stack, which begins with the message, goes with it.
 */
function systemCauseOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('thrown without an Error');
  if (error.cause instanceof Error) return systemCauseOf(error.cause);
  const { name, code, syscall, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  const place = address === undefined ? undefined : `${address}:${port}`;
  return new Error([name, code, syscall, place].filter((word) => word !== undefined).join(' '));
}
