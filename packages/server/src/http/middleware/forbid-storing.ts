import type { RequestHandler } from 'express';

/** What the API says is somebody's own: no browser and no cache on the way keeps it, not even to ask whether it still holds. */
export const forbidStoring: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};
