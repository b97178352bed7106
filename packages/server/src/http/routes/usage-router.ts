import { SluiceError, usageGroupings } from '@sluice/shared';
import { type RequestHandler, Router } from 'express';
import * as z from 'zod';
import type { Principal } from '../../auth/principal.ts';
import { reportUsage } from '../../runs/report-usage.ts';
import type { Database } from '../../storage/database.ts';
import { readQuery } from '../read-query.ts';
import { requirePrincipal } from '../require-principal.ts';

const MS_PER_DAY = 86_400_000;

/** A day, or a moment of it; the day begins in UTC. */
const time = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'must be a date (2026-01-31) or a time (2026-01-31T12:00:00Z)',
  })
  .transform((text) => Date.parse(text));

export const usageQuery = z.object({
  from: time.optional(),
  to: time.optional(),
  groupBy: z.enum(usageGroupings).default('day'),
  user: z.string().min(1).max(100).optional(),
});

export function usageRouter({ database, admit }: { database: Database; admit: RequestHandler[] }): Router {
  const router = Router();
  router.get('/api/usage', ...admit, async (req, res) => {
    const { groupBy, user, ...given } = readQuery(usageQuery, req);
    const to = given.to ?? Date.now();
    const from = given.from ?? to - 30 * MS_PER_DAY;
    if (from >= to) throw new SluiceError('invalid_request', { detail: 'from: must be before to' });
    const userId = readUser(requirePrincipal(req), user);
    res.json(await reportUsage(database, { from, to, groupBy, ...(userId !== undefined && { userId }) }));
  });
  return router;
}

/** @returns undefined for everybody, which administrators ask for as `all` */
function readUser({ userId, scopes }: Principal, asked: string | undefined): string | undefined {
  if (asked === undefined || asked === userId) return userId;
  if (!scopes.includes('admin')) {
    throw new SluiceError('scope_missing', {
      detail: 'The usage of others needs a token with the scope "admin".',
    });
  }
  return asked === 'all' ? undefined : asked;
}
