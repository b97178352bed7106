import { type ChatRequest, SluiceError } from '@sluice/shared';
import { readOnDisconnect } from './run-options.ts';
import type { GraceMs } from './run.ts';

export interface GraceLimits {
  /** Unless the request says how long. */
  defaultMs: number;
  maxMs: number;
}

/**
 * How long a run goes on without a follower. One that can be found again by its Idempotency-Key is given a grace; others end at once.
 * @throws {SluiceError} `invalid_request` when `graceMs` is longer than this server allows, or stands without a grace
 */
export function readGrace(body: ChatRequest, hasKey: boolean, limits: GraceLimits): GraceMs {
  const onDisconnect = readOnDisconnect(body, hasKey);
  if (body.graceMs !== undefined) {
    if (onDisconnect !== 'grace') refuse('is for onDisconnect grace alone');
    if (body.graceMs > limits.maxMs) refuse(`at most ${limits.maxMs}`);
  }
  switch (onDisconnect) {
    case 'abort':
      return 0;
    case 'finish':
      return Infinity;
    case 'grace':
      return body.graceMs ?? Math.min(limits.defaultMs, limits.maxMs);
  }
}

function refuse(why: string): never {
  throw new SluiceError('invalid_request', { detail: `graceMs: ${why}` });
}
