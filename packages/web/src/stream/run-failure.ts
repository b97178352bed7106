import { RunCutError, SluiceError, errorEntry, isErrorCode } from '@sluice/shared';
import { sayCode, sayError } from '../ui/say-error.ts';
import { getLanguage, t } from '../ui/text.ts';

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
      message: isSignedOut ? t('Your session has ended. Sign in again, then retry.') : sayError(error),
      code,
      isRetryable: isSignedOut || retryable,
      // A budget says when it begins anew: nobody counts the seconds to that, and it may be raised meanwhile.
      retryAfterMs: retryable ? (details.retryAfterMs ?? null) : null,
      requestId: details.requestId ?? requestId,
    };
  }
  if (error instanceof RunCutError) {
    const message = t('The connection ended before the answer was whole.');
    return { message, code: 'connection_cut', isRetryable: true, retryAfterMs: null, requestId };
  }
  if (error instanceof TypeError) {
    const message = t('The server could not be reached. Check the connection and try again.');
    return { message, code: 'unreachable', isRetryable: true, retryAfterMs: null, requestId };
  }
  const message = t('The answer could not be read.');
  return { message, code: 'unreadable', isRetryable: true, retryAfterMs: null, requestId };
}

/** @param event the run's own failure, told in its stream */
export function describeErrorEvent(
  event: { error: string; code: string; retryable: boolean },
  requestId: string | null,
): RunFailure {
  const { error, code, retryable } = event;
  // What the server says, it says in English.
  const isSaid = error !== '' && getLanguage() === 'en';
  const message = !isSaid && isErrorCode(code) ? sayCode(code) : error || code;
  return { message, code, isRetryable: retryable, retryAfterMs: null, requestId };
}
