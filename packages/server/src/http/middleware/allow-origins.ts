import cors from 'cors';
import type { RequestHandler } from 'express';

/** What callers may send: our own headers, and those the official SDKs add to every request. */
const allowedHeader =
  /^(authorization|content-type|idempotency-key|last-event-id|x-api-key|anthropic-[a-z-]+|x-stainless-[a-z-]+)$/i;

/** Cross-origin calls from exactly these origins, by token; never with cookies. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  return cors((req, callback) => {
    const asked = String(req.headers['access-control-request-headers'] ?? '').split(',');
    callback(null, {
      origin: [...origins],
      credentials: false,
      maxAge: 600,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: asked.map((name) => name.trim()).filter((name) => allowedHeader.test(name)),
      exposedHeaders: [
        'X-Run-Id',
        'X-Request-Id',
        'Request-Id',
        'X-Sluice-Dropped',
        'Idempotency-Replayed',
        'RateLimit',
        'RateLimit-Policy',
        'Retry-After',
        'Retry-After-Ms',
        'X-Should-Retry',
      ],
    });
  });
}
