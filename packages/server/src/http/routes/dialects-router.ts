import { Router } from 'express';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Runs } from '../../runs/runs.ts';
import { type Authenticator, authenticate, identify, readBearerOrKey } from '../middleware/authenticate.ts';
import type { RateLimits } from '../middleware/limit-rate.ts';
import { anthropicRouter } from './anthropic-router.ts';
import { dialectModelsRouter } from './dialect-models-router.ts';
import { openAiRouter } from './openai-router.ts';

export interface DialectsRouterPorts {
  auth: Authenticator;
  rates: RateLimits;
  runs: Runs;
  catalog: Catalog;
  heartbeatMs: number;
}

/** Everything under /v1: the same runs, in the words of other vendors' clients. */
export function dialectsRouter({ auth, rates, runs, catalog, heartbeatMs }: DialectsRouterPorts): Router {
  const router = Router();
  const known = [identify(auth, readBearerOrKey), rates.byAddress, authenticate('chat')];
  const admit = [...known, rates.runStarts];
  router.use(openAiRouter({ runs, admit, heartbeatMs }));
  router.use(anthropicRouter({ runs, admit, heartbeatMs }));
  router.use(dialectModelsRouter({ catalog, admit: [...known, rates.byUser] }));
  return router;
}
