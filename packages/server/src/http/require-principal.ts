import type { Principal } from '../auth/principal.ts';
import './request-context.ts';

/** @returns who asks, on a route that stands behind `authenticate` */
export function requirePrincipal(req: { principal?: Principal }): Principal {
  if (req.principal === undefined) throw new Error('this route needs authenticate before it');
  return req.principal;
}
