import { type ErrorCode, errorEntry } from './error-code.ts';

export interface SluiceErrorDetails {
  /** What the caller may read beyond the code's title: names the field, the limit, the model. Never an exception's text. */
  detail?: string;
  /** After how long the same request may be sent again. */
  retryAfterMs?: number;
  /** The id the server logged the failure under; known to clients, from the problem body. */
  requestId?: string;
  /** Of the run that is no longer kept, and of the message that has its answer. */
  runId?: string;
  messageId?: string;
  /** The upstream's own HTTP status, for retry decisions and logs. */
  upstreamStatus?: number;
}

/** The one error that crosses walls: a code of the closed table, public details, and the private cause. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly code: ErrorCode;
  readonly details: SluiceErrorDetails;

  constructor(code: ErrorCode, details: SluiceErrorDetails = {}, options?: { cause: unknown }) {
    super(details.detail ?? errorEntry(code).title, options);
    this.code = code;
    this.details = details;
  }
}
