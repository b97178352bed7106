import { SluiceError } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import { sseEncoder } from '../../encoders/sse-encoder.ts';
import type { Runs } from '../../runs/runs.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { closeSignal, trackClose } from '../middleware/track-close.ts';
import { requirePrincipal } from '../require-principal.ts';

export interface RunsRouterPorts {
  runs: Runs;
  admit: RequestHandler[];
  heartbeatMs: number;
}

export function runsRouter({ runs, admit, heartbeatMs }: RunsRouterPorts): Router {
  const router = Router();

  router.get('/api/runs/:id/events', trackClose, ...admit, async (req: Request<{ id: string }>, res) => {
    const closed = closeSignal(res);
    const run = runs.find(req.params.id, requirePrincipal(req));
    const after = readCursor(req);
    if (req.query['format'] !== undefined) {
      throw new SluiceError('unsupported_option', {
        detail: 'format: not supported by this version of Sluice',
      });
    }
    if (runs.isDelivered(run, after)) {
      // An EventSource stops reconnecting at a 204.
      res.status(204).end();
      return;
    }
    // Express takes HEAD for GET; one who reads nothing is no follower.
    if (req.method === 'HEAD') return void res.set(sseEncoder.headers).end();
    const events = runs.follow(run, { after, signal: closed });
    run.addFollower(closed);
    res.setHeader('X-Run-Id', run.id);
    await sendEvents(res, events, { encoder: sseEncoder, heartbeatMs });
  });

  router.post('/api/runs/:id/stop', ...admit, async (req: Request<{ id: string }>, res) => {
    const run = runs.find(req.params.id, requirePrincipal(req));
    const result = await runs.stop(run);
    res.status(result.state === 'stopping' ? 202 : 200).json(result);
  });
  return router;
}

/** @returns the last seq the follower has; `Last-Event-ID`, which an EventSource sends, wins over the query it began with */
function readCursor(req: Request): number {
  const cursor = req.get('last-event-id') ?? req.query['after'] ?? '0';
  if (typeof cursor !== 'string' || !/^\d{1,15}$/.test(cursor)) {
    throw new SluiceError('invalid_cursor', {
      detail: 'after must be a whole number, the id of the last event seen',
    });
  }
  return Number(cursor);
}
