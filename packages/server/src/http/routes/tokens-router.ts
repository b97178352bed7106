import { type NewAppToken, newAppTokenSchema } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import type { Auth } from '../../auth/auth.ts';
import { readBody } from '../middleware/read-body.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface TokensRouterPorts {
  tokens: Auth['tokens'];
  /** Lets sessions alone through. */
  admitSession: RequestHandler[];
}

export function tokensRouter({ tokens, admitSession }: TokensRouterPorts): Router {
  const router = Router();

  router.post(
    '/api/tokens',
    ...admitSession,
    ...readBody(newAppTokenSchema, '1mb'),
    async (req: Request<Record<string, string>, unknown, NewAppToken>, res) => {
      const created = await tokens.create(requirePrincipal(req).userId, req.body);
      res.status(201).json(created);
    },
  );

  router.get('/api/tokens', ...admitSession, async (req, res) => {
    res.json(await tokens.list(requirePrincipal(req).userId));
  });

  router.delete('/api/tokens/:id', ...admitSession, async (req: Request<{ id: string }>, res) => {
    await tokens.revoke(requirePrincipal(req).userId, req.params.id);
    res.status(204).end();
  });
  return router;
}
