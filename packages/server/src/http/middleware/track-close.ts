import type { RequestHandler, Response } from 'express';

const signals = new WeakMap<Response, AbortSignal>();

/**
 * Stands first in a streaming route: a caller that leaves during a later await would otherwise go unnoticed. `req`'s close comes
 * when the body has been read; only `res`'s, before it has finished, is a disconnect.
 */
export const trackClose: RequestHandler = (_req, res, next) => {
  const controller = new AbortController();
  res.on('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  signals.set(res, controller.signal);
  next();
};

/** @returns the signal that aborts when the caller of a tracked response leaves; already aborted if it has */
export function closeSignal(res: Response): AbortSignal {
  const signal = signals.get(res);
  if (signal === undefined) throw new Error('closeSignal needs trackClose before it');
  return res.destroyed && !signal.aborted ? AbortSignal.abort() : signal;
}
