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
import { pageQuery, readQuery } from '../read-query.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface ConversationsRouterPorts {
  conversations: Conversations;
  runs: Runs;
  admit: RequestHandler[];
}

type WithId = Request<{ id: string }>;

const listQuery = z.object({
  q: z.string().max(500).optional(),
  archived: z.enum(['true', 'false']).default('false'),
  ...pageQuery({ default: 50, max: 200 }),
});
const messagesQuery = z.object(pageQuery({ default: 1000, max: 1000 }));
const exportQuery = z.object({ format: z.enum(['json', 'markdown']).default('json') });

/** What a browser may show as a picture; anything else that an image claims to be is a download. */
const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export function conversationsRouter({ conversations, runs, admit }: ConversationsRouterPorts): Router {
  const router = Router();
  const userOf = (req: Parameters<typeof requirePrincipal>[0]) => requirePrincipal(req).userId;

  router.get('/api/conversations', ...admit, async (req, res) => {
    const { q, archived, cursor, limit } = readQuery(listQuery, req);
    const query = q?.trim() || undefined;
    res.json(
      await conversations.list(userOf(req), { query, cursor, limit, isArchived: archived === 'true' }),
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
    await conversations.find(userOf(req), id);
    const writing = runs.listRunning(userOf(req)).filter(({ place }) => place?.conversationId === id);
    // An answer whose place is gone would go on costing.
    await Promise.all(writing.map((run) => runs.stop(run)));
    await conversations.delete(userOf(req), id);
    res.status(204).end();
  });

  router.get('/api/conversations/:id/messages', ...admit, async (req: WithId, res) => {
    res.json(await conversations.listMessages(userOf(req), req.params.id, readQuery(messagesQuery, req)));
  });

  router.get(
    '/api/conversations/:id/images/:sha256',
    ...admit,
    async (req: Request<{ id: string; sha256: string }>, res) => {
      const { mediaType, data } = await conversations.findImage(
        userOf(req),
        req.params.id,
        req.params.sha256,
      );
      const isShown = shownTypes.has(mediaType);
      res.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
      res.setHeader('Content-Type', isShown ? mediaType : 'application/octet-stream');
      if (!isShown) res.setHeader('Content-Disposition', 'attachment');
      res.end(Buffer.from(data, 'base64'));
    },
  );

  router.get('/api/conversations/:id/export', ...admit, async (req: WithId, res) => {
    const { format } = readQuery(exportQuery, req);
    const { mediaType, name, text } = await conversations.export(userOf(req), req.params.id, format);
    res.attachment(name).type(`${mediaType}; charset=utf-8`).send(text);
  });
  return router;
}
