import { SluiceError } from '@sluice/shared';
import { Router } from 'express';

/** For probes, under any Host name. @param isReady may the server take work now */
export function healthRouter(isReady: () => Promise<boolean>): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.type('text/plain').send('ok\n');
  });
  router.get('/readyz', async (_req, res) => {
    if (!(await isReady())) throw new SluiceError('unavailable', { detail: 'not ready', retryAfterMs: 1000 });
    res.type('text/plain').send('ready\n');
  });
  return router;
}
