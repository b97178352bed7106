import { RunCutError, SluiceError, errorEntry, isErrorCode } from '@sluice/shared';

/** Why a run did not end as it should, in words for the person who asked. */
export interface RunFailure {
  message: string;
  code: string;
  isRetryable: boolean;
  retryAfterMs: number | null;
  requestId: string | null;
}

/** @param error whatever `streamRun` threw, but for an abort */
export function describeFailure(error: unknown, requestId: string | null): RunFailure {
  if (error instanceof SluiceError) {
    const { code, details } = error;
    const isSignedOut = code.startsWith('token_');
    const { retryable } = errorEntry(code);
    return {
      message: isSignedOut ? 'Your session has ended. Sign in again, then retry.' : error.message,
      code,
      isRetryable: isSignedOut || retryable,
      // A budget says when it begins anew: nobody counts the seconds to that, and it may be raised meanwhile.
      retryAfterMs: retryable ? (details.retryAfterMs ?? null) : null,
      requestId: details.requestId ?? requestId,
    };
  }
  if (error instanceof RunCutError) {
    const message = 'The connection ended before the answer was whole.';
    return { message, code: 'connection_cut', isRetryable: true, retryAfterMs: null, requestId };
  }
  if (error instanceof TypeError) {
    const message = 'The server could not be reached. Check the connection and try again.';
    return { message, code: 'unreachable', isRetryable: true, retryAfterMs: null, requestId };
  }
  const message = 'The answer could not be read.';
  return { message, code: 'unreadable', isRetryable: true, retryAfterMs: null, requestId };
}

/** @param error an `error` event: the run's own failure, told in its stream */
export function describeErrorEvent(
  error: { error: string; code: string; retryable: boolean },
  requestId: string | null,
): RunFailure {
  const message =
    error.error !== '' ? error.error : isErrorCode(error.code) ? errorEntry(error.code).title : error.code;
  return { message, code: error.code, isRetryable: error.retryable, retryAfterMs: null, requestId };
}
