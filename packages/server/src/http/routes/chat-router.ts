import {
  type Answer,
  type ChatRequest,
  SluiceError,
  chatRequestSchema,
  foldEvents,
  isErrorCode,
} from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import type { EncodableEvent } from '../../encoders/encoder.ts';
import { sseEncoder } from '../../encoders/sse-encoder.ts';
import type { Runs } from '../../runs/runs.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { beginRun } from '../begin-run.ts';
import { readBody } from '../middleware/read-body.ts';
import { trackClose } from '../middleware/track-close.ts';

export interface ChatRouterPorts {
  runs: Runs;
  /** Who asks, and whether they may start a run now. */
  admit: RequestHandler[];
  heartbeatMs: number;
}

type ChatBody = Request<Record<string, string>, unknown, ChatRequest>;

export function chatRouter({ runs, admit, heartbeatMs }: ChatRouterPorts): Router {
  const router = Router();
  const path = [trackClose, ...admit, refuseUnsupportedForms, ...readBody(chatRequestSchema, '20mb')];

  router.post('/api/chat/stream', ...path, async (req: ChatBody, res) => {
    const { events } = await beginRun(runs, { req, res, body: req.body });
    await sendEvents(res, events, { encoder: sseEncoder, heartbeatMs });
  });

  router.post('/api/chat', ...path, async (req: ChatBody, res) => {
    const { events } = await beginRun(runs, { req, res, body: req.body });
    const answer = foldEvents(await readAll(events));
    if (!res.destroyed) res.json(toBody(answer));
  });
  return router;
}

/** Forms of the answer, and of the request, that this version does not bring; refused, never ignored in silence. */
const refuseUnsupportedForms: RequestHandler = (req, _res, next) => {
  const refuse = (name: string) =>
    next(
      new SluiceError('unsupported_option', { detail: `${name}: not supported by this version of Sluice` }),
    );
  if (req.query['format'] !== undefined) return refuse('format');
  if (/^\s*text\/plain\b/i.test(req.headers.accept ?? '')) return refuse('Accept: text/plain');
  next();
};

async function readAll(events: AsyncIterable<readonly EncodableEvent[]>) {
  const batches = await Array.fromAsync(events);
  return batches.flat().map(({ json }) => JSON.parse(json));
}

function toBody({ start, model, content, reasoning, error, end }: Answer) {
  if (start === null || model === null || end === null) throw new SluiceError('internal');
  if (error !== null) {
    throw new SluiceError(isErrorCode(error.code) ? error.code : 'internal', { detail: error.error });
  }
  const message = { role: 'assistant', content, ...(reasoning !== '' && { reasoning }) };
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
