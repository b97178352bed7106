import { type RunState, SluiceError } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import { Follower } from '../../runs/follower.ts';
import { Run } from '../../runs/run.ts';
import type { Runs } from '../../runs/runs.ts';
import type { StoredRun } from '../../storage/stored-run.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { closeSignal, trackClose } from '../middleware/track-close.ts';
import { ownerOf } from '../owner-of.ts';
import { encoders, readFormat } from '../read-format.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface RunsRouterPorts {
  runs: Runs;
  admit: RequestHandler[];
  heartbeatMs: number;
}

export function runsRouter({ runs, admit, heartbeatMs }: RunsRouterPorts): Router {
  const router = Router();

  router.get('/api/runs', ...admit, async (req, res) => {
    if (req.query['active'] !== 'true') {
      throw new SluiceError('invalid_request', { detail: 'active: must be true' });
    }
    const running = await runs.listRunning(requirePrincipal(req).userId);
    res.json({ runs: running.map(toRunBody) });
  });

  router.get('/api/runs/:id', ...admit, async (req: Request<{ id: string }>, res) => {
    res.json(toRunBody(await runs.find(req.params.id, requirePrincipal(req))));
  });

  router.get('/api/runs/:id/events', trackClose, ...admit, async (req: Request<{ id: string }>, res) => {
    const follower = new Follower(ownerOf(req), closeSignal(res));
    const run = await runs.find(req.params.id, requirePrincipal(req));
    const after = readCursor(req);
    const encoder = encoders[readFormat(req)]();
    // Express takes HEAD for GET; one who reads nothing is no follower.
    if (req.method === 'HEAD') {
      const status = (await runs.isDelivered(run, after)) ? 204 : 200;
      return void res.status(status).set(encoder.headers).end();
    }
    const events = await runs.follow(run, { after, follower });
    // An EventSource stops reconnecting at a 204.
    if (events === null) return void res.status(204).end();
    res.setHeader('X-Run-Id', run.id);
    await sendEvents(res, events, { encoder, heartbeatMs });
  });

  router.post('/api/runs/:id/stop', ...admit, async (req: Request<{ id: string }>, res) => {
    const run = await runs.find(req.params.id, requirePrincipal(req));
    const result = await runs.stop(run);
    res.status(result.state === 'stopping' ? 202 : 200).json(result);
  });
  return router;
}

/** `state` is `running`, or how the run ended. */
function toRunBody(run: Run | StoredRun): RunState {
  const { result } = run;
  const place = run instanceof Run ? run.place : run;
  return {
    runId: run.id,
    state: result?.reason ?? 'running',
    model: run.model,
    provider: run.provider,
    attempts: run.attempts,
    usage: result?.usage ?? null,
    cost: result?.cost ?? null,
    createdAt: new Date(run.createdAt).toISOString(),
    ...(place?.conversationId && { conversationId: place.conversationId }),
    ...(place?.messageId && { messageId: place.messageId }),
  };
}

/** @returns the last seq the follower has; `Last-Event-ID`, which an EventSource sends, wins over the query it began with */
function readCursor(req: Request): number {
  const cursor = req.get('last-event-id') ?? req.query['after'] ?? '0';
  if (typeof cursor !== 'string' || !/^\d{1,15}$/.test(cursor)) {
    throw new SluiceError('invalid_cursor', {
      detail: 'Last-Event-ID, or after, must be a whole number: the id of the last event seen',
    });
  }
  return Number(cursor);
}
