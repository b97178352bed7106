import { Writable } from 'node:stream';
import { createLogger } from './logger.ts';
import type { RequestScope } from './request-scope.ts';
import type { ObservedEnd } from './run-observer.ts';

/** A request of Ada's. */
export const requestScope: RequestScope = {
  requestId: 'request',
  startedAt: 0,
  method: 'POST',
  path: '/',
  addressGroup: '203.0.113.1',
  traceparent: undefined,
  tracestate: undefined,
  userId: 'ada',
};

export const endedRun: ObservedEnd = {
  reason: 'complete',
  errorCode: null,
  model: 'demo/sluice',
  provider: 'demo',
  attempts: 1,
  usage: null,
  cost: null,
  firstTokenMs: null,
  totalMs: null,
  upstreamClosedMs: null,
  isSaved: true,
};

/** A log that keeps its lines, as they were written and as what they say. */
export function createKeptLogger(level: string) {
  const written: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { logger: createLogger(level, destination), written, lines };
}
