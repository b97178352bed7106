import { SluiceError } from '@sluice/shared';
import type { Request, RequestHandler } from 'express';
import { type Store, ipKeyGenerator, rateLimit } from 'express-rate-limit';
import '../request-context.ts';
import { FallbackRateStore } from './fallback-rate-store.ts';
import { OwnRateStore } from './own-rate-store.ts';

export interface RateLimits {
  /** Requests of nobody we know, per address: sign-in, and tokens that do not hold. */
  byAddress: RequestHandler;
  /** Run starts per user. */
  runStarts: RequestHandler;
  /** All other requests per user, ten times as many. */
  byUser: RequestHandler;
  /** The same counts for what comes over a socket. @throws {SluiceError} `rate_limited` */
  countRunStart: Count;
  countRequest: Count;
}

type Count = (userId: string) => Promise<void>;

/** Makes what counts together with other processes, one for each limit by its name; may fail with `unavailable`. */
export type CreateRateStore = (name: string) => Store;

const WINDOW_MS = 60_000;

/**
 * @param perMinute as RATE_LIMIT_PER_MINUTE; 0 for no limit
 * @param createStore left out, this process counts alone
 * @param noteRefusal told of each by the name of its limit
 */
export function createRateLimits(
  perMinute: number,
  createStore?: CreateRateStore,
  noteRefusal: (limit: string) => void = () => undefined,
): RateLimits {
  if (perMinute === 0) {
    const pass: RequestHandler = (_req, _res, next) => next();
    const uncounted: Count = async () => undefined;
    return {
      byAddress: pass,
      runStarts: pass,
      byUser: pass,
      countRunStart: uncounted,
      countRequest: uncounted,
    };
  }
  const keyOf = (req: Request) => req.principal?.userId ?? '';
  const byAddress = limit({
    createStore,
    noteRefusal,
    name: 'address',
    perMinute,
    keyOf: (req) => ipKeyGenerator(req.ip ?? ''),
    isExempt: (req) => req.principal !== undefined,
  });
  const runStarts = limit({ createStore, noteRefusal, name: 'runs', perMinute, keyOf });
  const byUser = limit({ createStore, noteRefusal, name: 'requests', perMinute: perMinute * 10, keyOf });
  return {
    byAddress: byAddress.middleware,
    runStarts: runStarts.middleware,
    byUser: byUser.middleware,
    countRunStart: runStarts.count,
    countRequest: byUser.count,
  };
}

function limit(options: {
  createStore: CreateRateStore | undefined;
  noteRefusal: (limit: string) => void;
  name: string;
  perMinute: number;
  keyOf: (req: Request) => string;
  isExempt?: (req: Request) => boolean;
}): { middleware: RequestHandler; count: Count } {
  const { perMinute, name } = options;
  const shared = options.createStore?.(name);
  const store = shared === undefined ? new OwnRateStore() : new FallbackRateStore(shared);
  const detail = `at most ${perMinute} a minute; wait a little`;
  const middleware = rateLimit({
    store,
    windowMs: WINDOW_MS,
    limit: perMinute,
    identifier: name,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: options.keyOf,
    skip: options.isExempt ?? (() => false),
    handler: (_req, _res, next) => {
      options.noteRefusal(name);
      next(new SluiceError('rate_limited', { detail }));
    },
  });
  const count: Count = async (key) => {
    const { totalHits, resetTime } = await store.increment(key);
    if (totalHits <= perMinute) return;
    options.noteRefusal(name);
    const retryAfterMs = Math.max(0, (resetTime?.getTime() ?? 0) - Date.now());
    throw new SluiceError('rate_limited', { detail, retryAfterMs });
  };
  return { middleware, count };
}
