import { type ErrorCode, type RunEnd, type RunEvent, errorEntry, isErrorCode } from '@sluice/shared';

/** Why there is no whole answer, for the dialects whose ends are but success and error. */
export interface Failure {
  /** Of our table, or how a run ended that had no error. */
  code: ErrorCode | 'stopped' | 'disconnected';
  /** For people. */
  message: string;
  /** Whether the same request may succeed when sent again. */
  retryable: boolean;
  /** How long a provider asks to be left alone. */
  retryAfterMs?: number | undefined;
}

/** @returns null for an answer that is whole, or as much of one as the model would give: complete, length, refused */
export function failureOf(
  { reason }: Pick<RunEnd, 'reason'>,
  error: Extract<RunEvent, { type: 'error' }> | null,
): Failure | null {
  switch (reason) {
    case 'complete':
    case 'length':
    case 'refused':
      return null;
    case 'stopped':
      return { code: 'stopped', message: 'The answer was stopped before it was whole', retryable: false };
    case 'disconnected':
      return {
        code: 'disconnected',
        message: 'The answer ended because nobody was reading it',
        retryable: false,
      };
    case 'timeout':
      return told(error, 'idle_timeout');
    case 'budget':
      return told(error, 'budget_exceeded');
    case 'revoked':
      return told(error, 'token_revoked');
    case 'interrupted':
      return told(error, 'interrupted');
    case 'error':
      return told(error, 'internal');
    default:
      return reason satisfies never;
  }
}

/** In the words of the event that tells of it, which may be missing or of a newer server. */
function told(error: Extract<RunEvent, { type: 'error' }> | null, otherwise: ErrorCode): Failure {
  const code = isErrorCode(error?.code) ? error.code : otherwise;
  const { title, retryable } = errorEntry(code);
  return {
    code,
    message: error?.error ?? title,
    retryable: error?.retryable ?? retryable,
    ...(error?.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  };
}
