import { SluiceError } from '@sluice/shared';
import type { Request, RequestHandler } from 'express';
import { type Store, ipKeyGenerator, rateLimit } from 'express-rate-limit';
import '../request-context.ts';
import { FallbackRateStore } from './fallback-rate-store.ts';

export interface RateLimits {
  /** Requests of nobody we know, per address: sign-in, and tokens that do not hold. */
  byAddress: RequestHandler;
  /** Run starts per user. */
  runStarts: RequestHandler;
  /** All other requests per user, ten times as many. */
  byUser: RequestHandler;
}

/** Makes what counts together with other processes, one for each limit by its name; may fail with `unavailable`. */
export type CreateRateStore = (name: string) => Store;

const WINDOW_MS = 60_000;

/**
 * @param perMinute as RATE_LIMIT_PER_MINUTE; 0 for no limit
 * @param createStore left out, this process counts alone
 */
export function createRateLimits(perMinute: number, createStore?: CreateRateStore): RateLimits {
  if (perMinute === 0) {
    const pass: RequestHandler = (_req, _res, next) => next();
    return { byAddress: pass, runStarts: pass, byUser: pass };
  }
  const byUserId = (req: Request) => req.principal?.userId ?? '';
  return {
    byAddress: limit({
      createStore,
      name: 'address',
      perMinute,
      keyOf: (req) => ipKeyGenerator(req.ip ?? ''),
      isExempt: (req) => req.principal !== undefined,
    }),
    runStarts: limit({ createStore, name: 'runs', perMinute, keyOf: byUserId }),
    byUser: limit({ createStore, name: 'requests', perMinute: perMinute * 10, keyOf: byUserId }),
  };
}

function limit(options: {
  createStore: CreateRateStore | undefined;
  name: string;
  perMinute: number;
  keyOf: (req: Request) => string;
  isExempt?: (req: Request) => boolean;
}): RequestHandler {
  const shared = options.createStore?.(options.name);
  return rateLimit({
    ...(shared !== undefined && { store: new FallbackRateStore(shared) }),
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
