import { type ChatRequest, SluiceError } from '@sluice/shared';
import type { Request, Response } from 'express';
import { Follower } from '../runs/follower.ts';
import { Run } from '../runs/run.ts';
import type { Runs } from '../runs/runs.ts';
import { closeSignal } from './middleware/track-close.ts';
import { ownerOf } from './owner-of.ts';

/**
 * What every form of an answer over HTTP begins with: a run, this request as its follower from the first event on, and the
 * headers that tell of it.
 * @param asked.body what is asked, in our own words, whatever the caller's dialect
 * @param asked.mayDrop whether options that the model does not take are left out, and named, rather than refused
 * @throws {SluiceError} what it was refused with; nothing has begun then
 */
export async function beginRun(
  runs: Runs,
  { req, res, body, mayDrop = false }: { req: Request; res: Response; body: ChatRequest; mayDrop?: boolean },
) {
  const follower = new Follower(ownerOf(req), closeSignal(res));
  const { run, isReplay } = await runs.start(body, { id: req.id, follower, key: readKey(req), mayDrop });
  if (isReplay) res.setHeader('Idempotency-Replayed', 'true');
  res.setHeader('X-Run-Id', run.id);
  if (run instanceof Run && run.dropped.length > 0) res.setHeader('X-Sluice-Dropped', run.dropped.join(', '));
  const events = await runs.follow(run, { after: 0, follower });
  if (events === null) throw new Error('a log without events');
  return { run, events };
}

function readKey(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new SluiceError('invalid_request', {
    detail: 'Idempotency-Key: must be 1 to 255 visible ASCII characters',
  });
}
