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
import { readBody } from '../middleware/read-body.ts';
import { closeSignal, trackClose } from '../middleware/track-close.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface ChatRouterPorts {
  runs: Runs;
  /** Who asks, and whether they may start a run now. */
  admit: RequestHandler[];
  heartbeatMs: number;
}

type ChatBody = Request<object, unknown, ChatRequest>;

export function chatRouter({ runs, admit, heartbeatMs }: ChatRouterPorts): Router {
  const router = Router();
  const path = [trackClose, ...admit, refuseUnsupportedForms, ...readBody(chatRequestSchema, '20mb')];

  router.post('/api/chat/stream', ...path, async (req: ChatBody, res) => {
    const closed = closeSignal(res);
    const run = runs.start(req.body, requirePrincipal(req), { requestId: req.id, closed });
    const events = runs.follow(run, { after: 0, signal: closed });
    res.setHeader('X-Run-Id', run.id);
    await sendEvents(res, events, { encoder: sseEncoder, heartbeatMs });
  });

  router.post('/api/chat', ...path, async (req: ChatBody, res) => {
    const closed = closeSignal(res);
    const run = runs.start(req.body, requirePrincipal(req), { requestId: req.id, closed });
    const events = runs.follow(run, { after: 0, signal: closed });
    res.setHeader('X-Run-Id', run.id);
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
  if (req.headers['idempotency-key'] !== undefined) return refuse('Idempotency-Key');
  if (/^\s*text\/plain\b/i.test(req.headers.accept ?? '')) return refuse('Accept: text/plain');
  next();
};

async function readAll(events: AsyncIterable<readonly EncodableEvent[]>) {
  const batches = await Array.fromAsync(events);
  return batches.flat().map(({ json }) => JSON.parse(json));
}

function toBody({ start, content, reasoning, error, end }: Answer) {
  if (start === null || end === null) throw new SluiceError('internal');
  if (error !== null) {
    throw new SluiceError(isErrorCode(error.code) ? error.code : 'internal', { detail: error.error });
  }
  const message = { role: 'assistant', content, ...(reasoning !== '' && { reasoning }) };
  const { reason, usage, cost, saved } = end;
  return {
    runId: start.runId,
    message,
    model: start.model,
    provider: start.provider,
    reason,
    usage,
    cost,
    saved,
  };
}
