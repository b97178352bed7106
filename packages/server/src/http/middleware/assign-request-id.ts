import type { RequestHandler } from 'express';
import '../request-context.ts';

export const assignRequestId: RequestHandler = (req, res, next) => {
  req.id = crypto.randomUUID();
  res.setHeader('X-Request-Id', req.id);
  next();
};
