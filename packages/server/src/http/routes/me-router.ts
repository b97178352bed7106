import {
  type Me,
  type MeChanges,
  type PasswordChange,
  meChangesSchema,
  passwordChangeSchema,
} from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import type { Auth } from '../../auth/auth.ts';
import type { Principal } from '../../auth/principal.ts';
import { callerOf } from '../caller-of.ts';
import { readBody } from '../middleware/read-body.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface MeRouterPorts {
  account: Auth['account'];
  admit: RequestHandler[];
  /** Lets sessions alone through. */
  admitSession: RequestHandler[];
}

type Body<Content> = Request<Record<string, string>, unknown, Content>;

export function meRouter({ account, admit, admitSession }: MeRouterPorts): Router {
  const router = Router();

  router.get('/api/me', ...admit, (req, res) => {
    res.json(toMe(requirePrincipal(req)));
  });

  router.patch(
    '/api/me',
    ...admitSession,
    ...readBody(meChangesSchema, '1mb'),
    async (req: Body<MeChanges>, res) => {
      const principal = requirePrincipal(req);
      const { name } = req.body;
      await account.rename(principal, name);
      res.json(toMe({ ...principal, name }));
    },
  );

  router.post(
    '/api/me/password',
    ...admitSession,
    ...readBody(passwordChangeSchema, '1mb'),
    async (req: Body<PasswordChange>, res) => {
      await account.changePassword(requirePrincipal(req), req.body, callerOf(req));
      res.status(204).end();
    },
  );

  router.get('/api/me/sessions', ...admitSession, async (req, res) => {
    res.json(await account.listSessions(requirePrincipal(req)));
  });

  router.delete('/api/me/sessions/:id', ...admitSession, async (req: Request<{ id: string }>, res) => {
    await account.endSession(requirePrincipal(req), req.params.id);
    res.status(204).end();
  });

  router.delete('/api/me/sessions', ...admitSession, async (req, res) => {
    await account.endSessions(requirePrincipal(req));
    res.status(204).end();
  });
  return router;
}

function toMe({ userId, email, name, role, scopes }: Principal): Me {
  return { id: userId, email, name, role, scopes: [...scopes] };
}
