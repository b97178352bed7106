import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, type RequestHandler, Router } from 'express';
import * as z from 'zod';
import type { Conversations } from '../../conversations/conversations.ts';
import { pageQuery, readQuery } from '../read-query.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface ConversationContentsRouterPorts {
  conversations: Conversations;
  admit: RequestHandler[];
}

type WithId = Request<{ id: string }>;

export const messagesQuery = z.object(pageQuery({ default: 200, max: 1000 }));
export const exportQuery = z.object({ format: z.enum(['json', 'markdown']).default('json') });

/** What a browser may show as a picture; anything else that an image claims to be is a download. */
const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** What stands in a conversation. */
export function conversationContentsRouter({
  conversations,
  admit,
}: ConversationContentsRouterPorts): Router {
  const router = Router();
  const userOf = (req: Parameters<typeof requirePrincipal>[0]) => requirePrincipal(req).userId;

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
      res.setHeader('Content-Type', isShown ? mediaType : 'application/octet-stream');
      if (!isShown) res.setHeader('Content-Disposition', 'attachment');
      res.end(Buffer.from(data, 'base64'));
    },
  );

  router.get('/api/conversations/:id/export', ...admit, async (req: WithId, res) => {
    const { format } = readQuery(exportQuery, req);
    const { mediaType, name, pieces } = await conversations.export(userOf(req), req.params.id, format);
    res.attachment(name).type(`${mediaType}; charset=utf-8`);
    // One that fails on the way breaks off: it cannot look whole.
    await pipeline(Readable.from(pieces), res);
  });
  return router;
}
