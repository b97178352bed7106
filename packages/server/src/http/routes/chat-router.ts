import {
  type Answer,
  type ChatRequest,
  SluiceError,
  chatRequestSchema,
  foldEvents,
  isErrorCode,
} from '@sluice/shared';
import { type RequestHandler, type Response, type Request, Router } from 'express';
import type { EncodableEvent } from '../../encoders/encoder.ts';
import { sseEncoder } from '../../encoders/sse-encoder.ts';
import { Follower } from '../../runs/follower.ts';
import { Run } from '../../runs/run.ts';
import type { Runs } from '../../runs/runs.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { readBody } from '../middleware/read-body.ts';
import { closeSignal, trackClose } from '../middleware/track-close.ts';
import { ownerOf } from '../owner-of.ts';

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

  /** What every form of the answer begins with: a run, this request as its follower. */
  async function begin(req: ChatBody, res: Response) {
    const follower = new Follower(ownerOf(req), closeSignal(res));
    const { run, isReplay } = await runs.start(req.body, { id: req.id, follower, key: readKey(req) });
    if (isReplay) res.setHeader('Idempotency-Replayed', 'true');
    res.setHeader('X-Run-Id', run.id);
    if (run instanceof Run && run.dropped.length > 0)
      res.setHeader('X-Sluice-Dropped', run.dropped.join(', '));
    const events = await runs.follow(run, { after: 0, follower });
    if (events === null) throw new Error('a log without events');
    return events;
  }

  router.post('/api/chat/stream', ...path, async (req: ChatBody, res) => {
    const events = await begin(req, res);
    await sendEvents(res, events, { encoder: sseEncoder, heartbeatMs });
  });

  router.post('/api/chat', ...path, async (req: ChatBody, res) => {
    const events = await begin(req, res);
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

function readKey(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new SluiceError('invalid_request', {
    detail: 'Idempotency-Key: must be 1 to 255 visible ASCII characters',
  });
}

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
