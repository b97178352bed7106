import type { Principal } from '../auth/principal.ts';

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- NOTE: the way express takes fields of a request
  namespace Express {
    interface Request {
      /** Sent back as X-Request-Id, and in every log line about the request. */
      id: string;
      /** Who asks; set by `identify`, demanded by `authenticate`. */
      principal?: Principal;
      /** The code of the error it was answered with. */
      errorCode?: string;
      /** Why nobody could be identified; thrown by `authenticate`. */
      identityError?: unknown;
    }
  }
}
