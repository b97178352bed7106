import {
  type Answer,
  type ChatAnswer,
  type ChatRequest,
  SluiceError,
  chatRequestSchema,
  isErrorCode,
} from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import type { Runs } from '../../runs/runs.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { beginRun } from '../begin-run.ts';
import { readBody } from '../middleware/read-body.ts';
import { trackClose } from '../middleware/track-close.ts';
import { readAnswer } from '../read-answer.ts';
import { type Format, encoders, readFormat, refuseFormat } from '../read-format.ts';

export interface ChatRouterPorts {
  runs: Runs;
  /** Who asks, and whether they may start a run now. */
  admit: RequestHandler[];
  heartbeatMs: number;
}

type ChatBody = Request<Record<string, string>, unknown, ChatRequest>;

export function chatRouter({ runs, admit, heartbeatMs }: ChatRouterPorts): Router {
  const router = Router();
  const path = [trackClose, ...admit, ...readBody(chatRequestSchema, '20mb')];

  router.post('/api/chat/stream', ...path, async (req: ChatBody, res) => {
    const format = readFormat(req);
    const { events } = await beginRun(runs, { req, res, body: bodyFor(format, req.body) });
    await sendEvents(res, events, { encoder: encoders[format](), heartbeatMs });
  });

  router.post('/api/chat', ...path, async (req: ChatBody, res) => {
    refuseFormat(req);
    const { events } = await beginRun(runs, { req, res, body: req.body });
    const answer = await readAnswer(events);
    if (!res.destroyed) res.json(toBody(answer));
  });
  return router;
}

/** Plain text has no ids to come back with: whoever leaves it has left, unless they say otherwise. */
function bodyFor(format: Format, body: ChatRequest): ChatRequest {
  return format === 'text' ? { onDisconnect: 'abort', ...body } : body;
}

function toBody({ start, model, content, reasoning, error, end }: Answer): ChatAnswer {
  if (start === null || model === null || end === null) throw new SluiceError('internal');
  if (error !== null) {
    // What came of it can be followed, and stands in its conversation.
    throw new SluiceError(isErrorCode(error.code) ? error.code : 'internal', {
      detail: error.error,
      runId: start.runId,
      ...(start.messageId !== undefined && { messageId: start.messageId }),
      ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    });
  }
  const message = { role: 'assistant' as const, content, ...(reasoning !== '' && { reasoning }) };
  const { reason, usage, cost, saved } = end;
  const { conversationId, messageId, userMessageId } = start;
  return {
    runId: start.runId,
    ...(conversationId !== undefined && { conversationId, messageId }),
    ...(userMessageId !== undefined && { userMessageId }),
    message,
    model,
    provider: model.slice(0, model.indexOf('/')),
    reason,
    usage,
    cost,
    saved,
  };
}
