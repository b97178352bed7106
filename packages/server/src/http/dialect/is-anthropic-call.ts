import type { Request } from 'express';

/** @returns whether a request under /v1 is Anthropic's dialect: by its path, and on paths that both have by what its clients send */
export function isAnthropicCall(req: Request): boolean {
  const path = req.originalUrl.split('?')[0] ?? '';
  if (/^\/v1\/messages(\/|$)/i.test(path)) return true;
  if (/^\/v1\/chat(\/|$)/i.test(path)) return false;
  return req.headers['anthropic-version'] !== undefined || req.headers['x-api-key'] !== undefined;
}
