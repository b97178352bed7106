import { type ErrorBody, SluiceError, errorEntry } from '@sluice/shared';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from '../../observability/logger.ts';

/** For refusals that tell no time of their own. */
const DEFAULT_RETRY_AFTER_MS = 5000;

/** The last of the routes: nothing answered. */
export const refuseUnknownRoute: RequestHandler = (req) => {
  throw new SluiceError('not_found', { detail: `there is no ${req.method} ${req.path}` });
};

/** Turns whatever a route threw into `application/problem+json`; once the headers are out, into a cut connection. */
export function sendProblem(logger: Logger): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- NOTE: express knows an error handler by its four parameters
  return (thrown: unknown, req, res, _next) => {
    const error = toSluiceError(thrown);
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
  const retryAfterMs =
    error.details.retryAfterMs ?? (status === 429 || status === 503 ? DEFAULT_RETRY_AFTER_MS : undefined);
  if (retryAfterMs !== undefined && !res.hasHeader('Retry-After')) {
    res.setHeader('Retry-After', Math.max(1, Math.ceil(retryAfterMs / 1000)));
  }
  if (status === 401) res.setHeader('WWW-Authenticate', 'Bearer realm="sluice"');
  res.status(status).type('application/problem+json').send(JSON.stringify(body));
}

/** The codes of express' body parser and router, by their `type` or class; anything else is ours to mend. */
function toSluiceError(thrown: unknown): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  const { type, status } =
    thrown instanceof Error ? (thrown as Error & { type?: string; status?: number }) : {};
  switch (type) {
    case 'entity.too.large':
      return new SluiceError('payload_too_large');
    case 'entity.parse.failed':
      return new SluiceError('invalid_request', { detail: 'the body is not valid JSON' });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new SluiceError('unsupported_media_type', { detail: 'send UTF-8 JSON, plain or gzip' });
    default:
      if (status === 404) return new SluiceError('not_found');
      return status !== undefined && status >= 400 && status < 500
        ? new SluiceError('invalid_request', { detail: 'the request could not be read' }, { cause: thrown })
        : new SluiceError('internal', {}, { cause: thrown });
  }
}
