import { type ErrorBody, SluiceError, errorEntry } from '@sluice/shared';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from '../../observability/logger.ts';
import { setRetryAfter } from '../set-retry-after.ts';
import { toSluiceError } from '../to-sluice-error.ts';

/** The last of the routes: nothing answered. */
export const refuseUnknownRoute: RequestHandler = (req) => {
  throw new SluiceError('not_found', { detail: `there is no ${req.method} ${req.baseUrl}${req.path}` });
};

/** Turns whatever a route threw into `application/problem+json`; once the headers are out, into a cut connection. */
export function sendProblem(logger: Logger): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- NOTE: express knows an error handler by its four parameters
  return (thrown: unknown, req, res, _next) => {
    const error = toSluiceError(thrown);
    req.errorCode = error.code;
    if (error.code === 'internal') logger.error({ requestId: req.id, err: thrown }, 'request failed');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    writeProblem(res, error, req.id);
  };
}

function writeProblem(res: Response, error: SluiceError, requestId: string): void {
  const { status, retryable, title } = errorEntry(error.code);
  const body: ErrorBody = {
    type: `/docs/errors#${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    retryable,
    requestId,
    ...(error.details.runId !== undefined && { runId: error.details.runId }),
    ...(error.details.messageId !== undefined && { messageId: error.details.messageId }),
  };
  setRetryAfter(res, { status, retryAfterMs: error.details.retryAfterMs });
  if (status === 401) res.setHeader('WWW-Authenticate', 'Bearer realm="sluice"');
  res.status(status).type('application/problem+json').send(JSON.stringify(body));
}
