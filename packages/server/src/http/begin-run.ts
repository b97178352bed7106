import { type ChatRequest, SluiceError } from '@sluice/shared';
import type { Request, Response } from 'express';
import { Follower } from '../runs/follower.ts';
import { nameRoute } from '../observability/request-scope.ts';
import type { Runs } from '../runs/runs.ts';
import { inWordsOf } from './in-words-of.ts';
import { closeSignal } from './middleware/track-close.ts';
import { ownerOf } from './owner-of.ts';
import { routeOf } from './route-of.ts';

interface AskedRun {
  req: Request;
  res: Response;
  /** What is asked, in our own words, whatever the caller's dialect. */
  body: ChatRequest;
  /** What the caller has asked in words of another dialect: an Idempotency-Key stands for all of it. */
  call?: unknown;
  /** Whether options that the model does not take are left out, and named, rather than refused. */
  mayDrop?: boolean;
  /** The app's own id of the chat it is asked in. */
  chatId?: string | undefined;
  /** What nothing is made of, in the caller's names. */
  dropped?: readonly string[];
  /** The caller's names of our fields, where they are others. */
  names?: ReadonlyMap<string, string>;
}

/**
 * What every form of an answer over HTTP begins with: a run, this request as its follower from the first event on, and the
 * headers that tell of it.
 * @throws {SluiceError} what it was refused with; nothing has begun then
 */
export async function beginRun(runs: Runs, asked: AskedRun) {
  const { req, res, body, call, mayDrop = false, chatId, dropped = [], names = noNames } = asked;
  const follower = new Follower(ownerOf(req), closeSignal(res));
  const key = readKey(req);
  nameRoute(routeOf(req));
  const started = runs.start(body, { id: req.id, follower, key, call, mayDrop, chatId });
  const {
    run,
    isReplay,
    dropped: byModel,
  } = await started.catch((error: unknown) => {
    throw inWordsOf(names, error);
  });
  if (isReplay) res.setHeader('Idempotency-Replayed', 'true');
  res.setHeader('X-Run-Id', run.id);
  const left = [...dropped, ...byModel.map((name) => names.get(name) ?? name)];
  if (left.length > 0) res.setHeader('X-Sluice-Dropped', nameAll(left));
  const events = await runs.follow(run, { after: 0, follower });
  if (events === null) throw new Error('a log without events');
  return { run, events };
}

const noNames: ReadonlyMap<string, string> = new Map();

const MAX_NAMED = 20;

/** Names may be the caller's own: no header takes every character, nor any number of them. */
function nameAll(names: readonly string[]): string {
  const named = names
    .slice(0, MAX_NAMED)
    .map((name) => name.slice(0, 64).replace(/[^\x21-\x2b\x2d-\x7e]/g, '?'));
  return [...named, ...(names.length > MAX_NAMED ? ['...'] : [])].join(', ');
}

function readKey(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new SluiceError('invalid_request', {
    detail: 'Idempotency-Key: must be 1 to 255 visible ASCII characters',
  });
}
