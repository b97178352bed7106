import {
  type ManagedUserChanges,
  type NewManagedUser,
  managedUserChangesSchema,
  newManagedUserSchema,
} from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import * as z from 'zod';
import type { Auth } from '../../auth/auth.ts';
import { readBody } from '../middleware/read-body.ts';
import { pageQuery, readQuery } from '../read-query.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface AdminUsersRouterPorts {
  users: Auth['users'];
  /** Lets sessions of administrators alone through. */
  admitAdmin: RequestHandler[];
}

export const usersQuery = z.object(pageQuery({ default: 50, max: 200 }));

export function adminUsersRouter({ users, admitAdmin }: AdminUsersRouterPorts): Router {
  const router = Router();

  router.get('/api/admin/users', ...admitAdmin, async (req, res) => {
    res.json(await users.list(readQuery(usersQuery, req)));
  });

  router.post(
    '/api/admin/users',
    ...admitAdmin,
    ...readBody(newManagedUserSchema, '1mb'),
    async (req: Request<Record<string, string>, unknown, NewManagedUser>, res) => {
      res.status(201).json(await users.create(req.body));
    },
  );

  router.get('/api/admin/users/:id', ...admitAdmin, async (req: Request<{ id: string }>, res) => {
    res.json(await users.find(req.params.id));
  });

  router.patch(
    '/api/admin/users/:id',
    ...admitAdmin,
    ...readBody(managedUserChangesSchema, '1mb'),
    async (req: Request<{ id: string }, unknown, ManagedUserChanges>, res) => {
      const byUserId = requirePrincipal(req).userId;
      res.json(await users.change({ id: req.params.id, changes: req.body, byUserId }));
    },
  );
  return router;
}
