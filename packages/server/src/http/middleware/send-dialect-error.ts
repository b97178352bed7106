import { errorEntry } from '@sluice/shared';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { toAnthropicError } from '../../encoders/anthropic-error.ts';
import type { Failure } from '../../encoders/failure.ts';
import { failureStatus } from '../../encoders/failure-status.ts';
import { toOpenAiError } from '../../encoders/openai-error.ts';
import type { Logger } from '../../observability/logger.ts';
import { FailedAnswer } from '../dialect/failed-answer.ts';
import { isAnthropicCall } from '../dialect/is-anthropic-call.ts';
import { setRetryAfter } from '../set-retry-after.ts';
import { toSluiceError } from '../to-sluice-error.ts';

/** The header that Anthropic's clients read the request's id from; OpenAI's read X-Request-Id. */
export const nameRequest: RequestHandler = (req, res, next) => {
  res.setHeader('Request-Id', req.id);
  next();
};

/**
 * Turns whatever failed under /v1 into the error of the caller's dialect; once the headers are out, into a cut connection. It says
 * whether to try again, which both vendors' SDKs obey: they try twice by themselves where nothing is said.
 */
export function sendDialectError(logger: Logger): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- NOTE: express knows an error handler by its four parameters
  return (thrown: unknown, req, res, _next) => {
    const failure = toFailure(thrown);
    req.errorCode = failure.code;
    if (failure.code === 'internal') logger.error({ requestId: req.id, err: thrown }, 'request failed');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    // A run that has ended keeps its key: whoever sends the request again is told the same, and what time it told has gone by.
    const isKept = thrown instanceof FailedAnswer && req.get('idempotency-key') !== undefined;
    res.setHeader('X-Should-Retry', String(failure.retryable && !isKept));
    if (!isKept || !res.hasHeader('Idempotency-Replayed')) setRetryTimes(res, failure);
    const status = failureStatus(failure.code);
    if (status === 401) res.setHeader('WWW-Authenticate', 'Bearer realm="sluice"');
    res.status(status).json(toBody(req, failure));
  };
}

function toFailure(thrown: unknown): Failure {
  if (thrown instanceof FailedAnswer) return thrown.failure;
  const { code, message, details } = toSluiceError(thrown);
  return { code, message, retryable: errorEntry(code).retryable, retryAfterMs: details.retryAfterMs };
}

function toBody(req: Request, failure: Failure): object {
  return isAnthropicCall(req) ? toAnthropicError(failure, req.id) : { error: toOpenAiError(failure) };
}

function setRetryTimes(res: Response, { code, retryAfterMs }: Failure): void {
  const waitMs = setRetryAfter(res, { status: failureStatus(code), retryAfterMs });
  if (waitMs !== undefined) res.setHeader('Retry-After-Ms', waitMs);
}
