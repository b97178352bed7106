import {
  type ConversationChanges,
  type NewConversation,
  conversationChangesSchema,
  newConversationSchema,
} from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import * as z from 'zod';
import type { Conversations } from '../../conversations/conversations.ts';
import type { Runs } from '../../runs/runs.ts';
import { readBody } from '../middleware/read-body.ts';
import { closeSignal, trackClose } from '../middleware/track-close.ts';
import { readPieces } from '../read-pieces.ts';
import { pageQuery, readQuery } from '../read-query.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface ConversationsRouterPorts {
  conversations: Conversations;
  runs: Runs;
  admit: RequestHandler[];
}

type WithId = Request<{ id: string }>;

export const conversationsQuery = z.object({
  q: z.string().max(500).optional(),
  archived: z.enum(['true', 'false']).optional(),
  ...pageQuery({ default: 50, max: 200 }),
});

/** Whole histories come in one file. */
const MAX_IMPORT_BYTES = 20 * 1024 * 1024;

export function conversationsRouter({ conversations, runs, admit }: ConversationsRouterPorts): Router {
  const router = Router();
  const userOf = (req: Parameters<typeof requirePrincipal>[0]) => requirePrincipal(req).userId;

  router.get('/api/conversations', ...admit, async (req, res) => {
    const { q, archived, cursor, limit } = readQuery(conversationsQuery, req);
    const query = q?.trim() || undefined;
    res.json(
      await conversations.list(userOf(req), {
        query,
        cursor,
        limit,
        isArchived: archived && archived === 'true',
      }),
    );
  });

  router.post(
    '/api/conversations',
    ...admit,
    ...readBody(newConversationSchema, '1mb'),
    async (req: Request<Record<string, string>, unknown, NewConversation>, res) => {
      res.status(201).json(await conversations.create(userOf(req), req.body));
    },
  );

  router.post('/api/conversations/import', trackClose, ...admit, async (req, res) => {
    const pieces = readPieces(req, MAX_IMPORT_BYTES);
    res.json(await conversations.import(userOf(req), pieces, closeSignal(res)));
  });

  router.get('/api/conversations/:id', ...admit, async (req: WithId, res) => {
    res.json(await conversations.find(userOf(req), req.params.id));
  });

  router.patch(
    '/api/conversations/:id',
    ...admit,
    ...readBody(conversationChangesSchema, '1mb'),
    async (req: Request<{ id: string }, unknown, ConversationChanges>, res) => {
      res.json(await conversations.change(userOf(req), req.params.id, req.body));
    },
  );

  router.delete('/api/conversations/:id', ...admit, async (req: WithId, res) => {
    const { id } = req.params;
    await conversations.hide(userOf(req), id);
    await runs.leaveConversation(id);
    await conversations.discard(id);
    res.status(204).end();
  });
  return router;
}
