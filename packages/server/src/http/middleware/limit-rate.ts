import { SluiceError } from '@sluice/shared';
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import '../request-context.ts';

export interface RateLimits {
  /** Requests of nobody we know, per address: sign-in, and tokens that do not hold. */
  byAddress: RequestHandler;
  /** Run starts per user. */
  runStarts: RequestHandler;
  /** All other requests per user, ten times as many. */
  byUser: RequestHandler;
}

const WINDOW_MS = 60_000;

/** @param perMinute as RATE_LIMIT_PER_MINUTE; 0 for no limit */
export function createRateLimits(perMinute: number): RateLimits {
  if (perMinute === 0) {
    const pass: RequestHandler = (_req, _res, next) => next();
    return { byAddress: pass, runStarts: pass, byUser: pass };
  }
  const byUserId = (req: Request) => req.principal?.userId ?? '';
  return {
    byAddress: limit({
      name: 'address',
      perMinute,
      keyOf: (req) => ipKeyGenerator(req.ip ?? ''),
      isExempt: (req) => req.principal !== undefined,
    }),
    runStarts: limit({ name: 'runs', perMinute, keyOf: byUserId }),
    byUser: limit({ name: 'requests', perMinute: perMinute * 10, keyOf: byUserId }),
  };
}

function limit(options: {
  name: string;
  perMinute: number;
  keyOf: (req: Request) => string;
  isExempt?: (req: Request) => boolean;
}): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: options.perMinute,
    identifier: options.name,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: options.keyOf,
    skip: options.isExempt ?? (() => false),
    handler: (_req, _res, next) =>
      next(
        new SluiceError('rate_limited', { detail: `at most ${options.perMinute} a minute; wait a little` }),
      ),
  });
}
