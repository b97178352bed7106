import { type RunEvent, RunCutError, SluiceError, errorEntry, isErrorCode } from '@sluice/shared';
import { sayError } from '../ui/say-error.ts';
import { t } from '../ui/text.ts';

/** Why a run did not end as it should; `sayFailure` has the words, whatever language is spoken by then. */
export interface RunFailure {
  /** The server's, or `connection_cut`, `unreachable` or `unreadable`. */
  code: string;
  /** What the server says it is; null when it could not. */
  error: SluiceError | null;
  /** The server's words for a code that is not known here. */
  unknown: string | null;
  retryAfterMs: number | null;
  requestId: string | null;
}

/** Nobody is kept from asking for longer than that: another model may answer at once. */
const MAX_WAIT_MS = 60_000;

const toWait = (ms = 0) => (ms > 0 && ms <= MAX_WAIT_MS ? ms : null);

/** @param error whatever `streamRun` threw, but for an abort */
export function describeFailure(error: unknown, requestId: string | null): RunFailure {
  if (error instanceof SluiceError) {
    const { code, details } = error;
    const { retryable } = errorEntry(code);
    return {
      code,
      error,
      unknown: null,
      // A budget says when it begins anew: nobody counts the seconds to that, and it may be raised meanwhile.
      retryAfterMs: retryable ? toWait(details.retryAfterMs) : null,
      requestId: details.requestId ?? requestId,
    };
  }
  return {
    code: codeOf(error),
    error: null,
    unknown: null,
    retryAfterMs: null,
    requestId,
  };
}

/** @param event the run's own failure, told in its stream */
export function describeErrorEvent(
  event: Pick<Extract<RunEvent, { type: 'error' }>, 'error' | 'code' | 'retryable' | 'retryAfterMs'>,
  requestId: string | null,
): RunFailure {
  const { code, retryable } = event;
  const isKnown = isErrorCode(code);
  return {
    code,
    error: isKnown ? new SluiceError(code, hasDetail(event) ? { detail: event.error } : {}) : null,
    unknown: isKnown ? null : event.error || code,
    retryAfterMs: retryable ? toWait(event.retryAfterMs) : null,
    requestId,
  };
}

/** @returns why, in the page's language, for the person who asked */
export function sayFailure({ code, error, unknown }: RunFailure): string {
  if (unknown !== null) return unknown;
  if (isSignedOut(code)) return t('Your session has ended. Sign in again, then retry.');
  if (error !== null) return sayError(error);
  if (code === 'connection_cut') return t('The connection ended before the answer was whole.');
  if (code === 'unreachable')
    return t('The server could not be reached. Check the connection and try again.');
  return t('The answer could not be read.');
}

function codeOf(error: unknown): string {
  if (error instanceof RunCutError) return 'connection_cut';
  return error instanceof TypeError ? 'unreachable' : 'unreadable';
}

function isSignedOut(code: string): boolean {
  return code.startsWith('token_');
}

/** Whether it says more than its code does. */
function hasDetail({ error, code }: { error: string; code: string }): boolean {
  return error !== '' && !(isErrorCode(code) && error === errorEntry(code).title);
}
