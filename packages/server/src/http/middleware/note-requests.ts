import type { Request, RequestHandler, Response } from 'express';
import type { Audit } from '../../observability/audit.ts';
import type { AuditEvent } from '../../observability/audit-events.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Metrics } from '../../observability/metrics.ts';
import { currentScope, runInScope } from '../../observability/request-scope.ts';
import '../request-context.ts';
import { routeOf } from '../route-of.ts';

interface Ports {
  logger: Logger;
  metrics: Pick<Metrics, 'noteRequest'>;
  audit: Audit;
}

/** What the door refuses, whatever was behind it. */
const refusals: Readonly<Record<string, AuditEvent>> = {
  origin_not_allowed: 'origin.refused',
  scope_missing: 'scope.refused',
};

/** Tells of each request once it is over: INFO of those that failed, DEBUG of the others. */
export function noteRequests(ports: Ports): RequestHandler {
  return (req, res, next) => {
    const begunAt = performance.now();
    const scope = currentScope();
    res.once('close', () => {
      const note = () => noteRequest(ports, { req, res, ms: performance.now() - begunAt });
      // Events of a socket come from outside of the request.
      if (scope === undefined) note();
      else runInScope(scope, note);
    });
    next();
  };
}

function noteRequest(
  { logger, metrics, audit }: Ports,
  { req, res, ms }: { req: Request; res: Response; ms: number },
): void {
  const { method, errorCode } = req;
  const route = routeOf(req);
  const status = res.statusCode;
  metrics.noteRequest({ method, route, status, errorCode, seconds: ms / 1000 });
  const level = status >= 500 ? 'info' : 'debug';
  // The pattern, not the path: that of a share is a key.
  const fields = { method, route, status, code: errorCode, ms: Math.round(ms), isCut: !res.writableFinished };
  logger[level](fields, status >= 500 ? 'a request failed' : 'a request was answered');
  const refusal = refusals[errorCode ?? ''];
  if (refusal !== undefined) audit.note(refusal, { method, route });
}
