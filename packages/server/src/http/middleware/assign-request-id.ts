import type { RequestHandler } from 'express';
import { groupAddress } from '../../auth/address-group.ts';
import { runInScope } from '../../observability/request-scope.ts';
import '../request-context.ts';

export const assignRequestId: RequestHandler = (req, res, next) => {
  req.id = crypto.randomUUID();
  res.setHeader('X-Request-Id', req.id);
  const scope = {
    requestId: req.id,
    startedAt: Date.now(),
    method: req.method,
    path: req.path,
    addressGroup: groupAddress(req.ip ?? ''),
    traceparent: req.get('traceparent'),
    tracestate: req.get('tracestate'),
  };
  runInScope(scope, () => next());
};
