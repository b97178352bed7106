import { SluiceError } from '@sluice/shared';
import { Router } from 'express';

export interface Health {
  /** May the server take work now. */
  isReady: () => Promise<boolean>;
  /** Whether something is lost that it can do without for a time. */
  isDegraded: () => boolean;
}

/** For probes, under any Host name. */
export function healthRouter({ isReady, isDegraded }: Health): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.type('text/plain').send('ok\n');
  });
  router.get('/readyz', async (_req, res) => {
    if (!(await isReady())) throw new SluiceError('unavailable', { detail: 'not ready', retryAfterMs: 1000 });
    res.type('text/plain').send(isDegraded() ? 'degraded\n' : 'ready\n');
  });
  return router;
}
