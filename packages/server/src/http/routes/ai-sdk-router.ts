import { SluiceError } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import * as z from 'zod';
import { Follower } from '../../runs/follower.ts';
import type { Run } from '../../runs/run.ts';
import type { Runs } from '../../runs/runs.ts';
import type { StoredRun } from '../../storage/stored-run.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { readProtocol } from '../ai-sdk/read-protocol.ts';
import { toChatRequest } from '../ai-sdk/to-chat-request.ts';
import { type UiChatBody, chatIdSchema, uiChatBodySchema } from '../ai-sdk/ui-chat-body.ts';
import { beginRun } from '../begin-run.ts';
import { readBody } from '../middleware/read-body.ts';
import { closeSignal, trackClose } from '../middleware/track-close.ts';
import { ownerOf } from '../owner-of.ts';
import { readQuery } from '../read-query.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface AiSdkRouterPorts {
  runs: Runs;
  /** Who asks, and whether they may start a run now. */
  admitStart: RequestHandler[];
  admit: RequestHandler[];
  heartbeatMs: number;
}

type ChatBody = Request<Record<string, string>, unknown, UiChatBody>;

/** The Vercel AI SDK: its transports name a chat by an id of the app's own, and know nothing of runs. */
export function aiSdkRouter({ runs, admitStart, admit, heartbeatMs }: AiSdkRouterPorts): Router {
  const router = Router();
  const path = [trackClose, ...admitStart, ...readBody(uiChatBodySchema, '20mb')];

  router.post('/api/ai-sdk/chat', ...path, async (req: ChatBody, res) => {
    const { createEncoder, onDisconnect } = readProtocol(req);
    const asked = toChatRequest(req.body, onDisconnect);
    const { events } = await beginRun(runs, { req, res, call: req.body, chatId: req.body.id, ...asked });
    await sendEvents(res, events, { encoder: createEncoder(), heartbeatMs });
  });

  router.get(
    '/api/ai-sdk/chat/:id/stream',
    trackClose,
    ...admit,
    async (req: Request<{ id: string }>, res) => {
      const follower = new Follower(ownerOf(req), closeSignal(res));
      const encoder = readProtocol(req).createEncoder();
      const run = await findRun(runs, req);
      if (run === undefined || run.result !== null) return void res.status(204).end();
      // Express takes HEAD for GET; one who reads nothing is no follower.
      if (req.method === 'HEAD') return void res.set(encoder.headers).end();
      const events = await runs.follow(run, { after: 0, follower });
      if (events === null) return void res.status(204).end();
      res.setHeader('X-Run-Id', run.id);
      await sendEvents(res, events, { encoder, heartbeatMs });
    },
  );

  router.post('/api/ai-sdk/chat/:id/stop', ...admit, async (req: Request<{ id: string }>, res) => {
    const { runId } = readQuery(stopQuery, req);
    const run = await findRun(runs, req, runId);
    if (run === undefined) throw new SluiceError('not_found', { detail: 'nothing was asked in this chat' });
    const result = await runs.stop(run);
    res.status(result.state === 'stopping' ? 202 : 200).json(result);
  });
  return router;
}

export const stopQuery = z.object({ runId: z.string().max(100).optional() });

/** @returns the caller's run of a chat: the one of that id, else the newest */
async function findRun(
  runs: Runs,
  req: Request<{ id: string }>,
  runId?: string,
): Promise<Run | StoredRun | undefined> {
  const owner = requirePrincipal(req);
  const chatId = z.safeParse(chatIdSchema, req.params.id).data;
  if (chatId === undefined) return undefined;
  if (runId === undefined) return runs.findNewestInChat(chatId, owner);
  const run = await runs.find(runId, owner);
  return run.chatId === chatId ? run : undefined;
}
