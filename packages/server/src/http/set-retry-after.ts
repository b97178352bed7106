import type { ServerResponse } from 'node:http';

/** For refusals that tell no time of their own. */
const DEFAULT_RETRY_AFTER_MS = 5000;

/**
 * Says in Retry-After when to come back, where that can be said and has not been.
 * @returns the same in milliseconds
 */
export function setRetryAfter(
  res: ServerResponse,
  { status, retryAfterMs }: { status: number; retryAfterMs: number | undefined },
): number | undefined {
  const said = Number(res.getHeader('Retry-After'));
  if (said > 0) return said * 1000;
  const waitMs = retryAfterMs ?? (status === 429 || status === 503 ? DEFAULT_RETRY_AFTER_MS : undefined);
  if (waitMs === undefined) return undefined;
  res.setHeader('Retry-After', Math.max(1, Math.ceil(waitMs / 1000)));
  return Math.max(1, Math.ceil(waitMs));
}
