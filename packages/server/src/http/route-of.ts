import type { Request } from 'express';

/** @returns the pattern of the route that took a request, such as `/api/runs/:id`; undefined where none has */
export function routeOf(req: Request): string | undefined {
  const { path }: { path?: unknown } = req.route ?? {};
  return typeof path === 'string' ? path : undefined;
}
