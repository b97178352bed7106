import type { Request, Response } from 'express';
import type { Runs } from '../../runs/runs.ts';
import { beginRun } from '../begin-run.ts';
import type { ForeignRequest } from './foreign-request.ts';

/**
 * As `beginRun`, for a request of another dialect: it ends when its caller leaves, and options that the model does not take are
 * dropped.
 * @throws {SluiceError} in the caller's words
 */
export async function beginForeignRun(
  runs: Runs,
  { req, res, asked }: { req: Request; res: Response; asked: ForeignRequest },
) {
  const body = { ...asked.body, onDisconnect: 'abort' as const };
  return beginRun(runs, { ...asked, req, res, body, call: req.body, mayDrop: true });
}
