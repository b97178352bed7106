import { SluiceError } from '@sluice/shared';
import type { Request, Response } from 'express';
import type { Runs } from '../../runs/runs.ts';
import { beginRun } from '../begin-run.ts';
import type { ForeignRequest } from './foreign-request.ts';

/**
 * As `beginRun`, for a request of another dialect: it ends when its caller leaves, options that the model does not take are
 * dropped, and what is said of either is said in the caller's words.
 * @throws {SluiceError}
 */
export async function beginForeignRun(
  runs: Runs,
  { req, res, asked }: { req: Request; res: Response; asked: ForeignRequest },
) {
  const body = { ...asked.body, onDisconnect: 'abort' as const };
  try {
    return await beginRun(runs, { ...asked, req, res, body, mayDrop: true });
  } catch (error) {
    throw error instanceof SluiceError ? inWordsOf(asked.names, error) : error;
  }
}

function inWordsOf(names: ForeignRequest['names'], error: SluiceError): SluiceError {
  const [, field, why] = /^([\w.]+): ([^]*)$/.exec(error.details.detail ?? '') ?? [];
  const name = field === undefined ? undefined : names.get(field);
  if (name === undefined) return error;
  return new SluiceError(error.code, { ...error.details, detail: `${name}: ${why}` }, { cause: error.cause });
}
