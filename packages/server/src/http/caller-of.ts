import type { Request } from 'express';
import type { Caller } from '../auth/try-password.ts';

/** @returns where a request comes from, as far as TRUST_PROXY lets it be known */
export function callerOf(req: Request): Caller {
  return { address: req.ip, userAgent: req.get('user-agent') };
}
