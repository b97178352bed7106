import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type NewShare, type Share, newShareSchema } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import type { Conversations } from '../../conversations/conversations.ts';
import { readBody } from '../middleware/read-body.ts';
import type { PublicAddress } from '../public-address.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface SharesRouterPorts {
  conversations: Conversations;
  address: PublicAddress;
  /** For those who read a link, who need be nobody we know. */
  limitByAddress: RequestHandler;
  admit: RequestHandler[];
}

type WithId = Request<{ id: string }>;

export function sharesRouter({ conversations, address, limitByAddress, admit }: SharesRouterPorts): Router {
  const router = Router();
  const toShare = ({ id, createdAt }: Omit<Share, 'url'>): Share => ({
    id,
    url: new URL(`/share/${id}`, address.url).href,
    createdAt,
  });

  router.post(
    '/api/conversations/:id/shares',
    ...admit,
    ...readBody(newShareSchema, '1mb'),
    async (req: Request<{ id: string }, unknown, NewShare>, res) => {
      const { userId } = requirePrincipal(req);
      const share = await conversations.share(userId, req.params.id, req.body.messageId);
      res.status(201).json(toShare(share));
    },
  );

  router.get('/api/conversations/:id/shares', ...admit, async (req: WithId, res) => {
    const shares = await conversations.listShares(requirePrincipal(req).userId, req.params.id);
    res.json({ shares: shares.map(toShare) });
  });

  router.get('/api/shares/:id', limitByAddress, async (req: WithId, res) => {
    res.setHeader('X-Robots-Tag', 'noindex');
    const pieces = await conversations.readShare(req.params.id);
    res.type('json');
    // One that fails on the way breaks off: it cannot look whole.
    await pipeline(Readable.from(pieces), res);
  });

  router.delete('/api/shares/:id', ...admit, async (req: WithId, res) => {
    await conversations.deleteShare(requirePrincipal(req).userId, req.params.id);
    res.status(204).end();
  });
  return router;
}
