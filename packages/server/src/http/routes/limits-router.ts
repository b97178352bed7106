import { type LimitChange, type LimitList, type LimitStateList, limitChangeSchema } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import type { Catalog } from '../../catalog/catalog.ts';
import { readBody } from '../middleware/read-body.ts';
import { ownerOf } from '../owner-of.ts';

export interface LimitsRouterPorts {
  limits: {
    list(): Promise<LimitList>;
    change(change: LimitChange): Promise<LimitList>;
    statesOf(caller: { userId: string; tokenId: string | null }): Promise<LimitStateList>;
  };
  catalog: Pick<Catalog, 'resolve'>;
  admit: RequestHandler[];
  /** Lets sessions of administrators alone through. */
  admitAdmin: RequestHandler[];
}

export function limitsRouter({ limits, catalog, admit, admitAdmin }: LimitsRouterPorts): Router {
  const router = Router();

  router.get('/api/me/limits', ...admit, async (req, res) => {
    const { userId, tokenId = null } = ownerOf(req);
    res.json(await limits.statesOf({ userId, tokenId }));
  });

  router.get('/api/admin/limits', ...admitAdmin, async (_req, res) => {
    res.json(await limits.list());
  });

  router.put(
    '/api/admin/limits',
    ...admitAdmin,
    ...readBody(limitChangeSchema, '1mb'),
    async (req: Request<Record<string, string>, unknown, LimitChange>, res) => {
      const { subject, id, amount } = req.body;
      // Of a model that nobody can ask for a limit would bind nothing, and a slip of the pen would stay unseen. An alias is a model's.
      const isSet = subject === 'model' && amount !== null;
      res.json(await limits.change(isSet ? { ...req.body, id: catalog.resolve(id).id } : req.body));
    },
  );
  return router;
}
