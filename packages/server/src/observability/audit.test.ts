import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createAudit } from './audit.ts';
import { createLogger } from './logger.ts';
import { noMetrics } from './metrics.ts';
import { runInScope } from './request-scope.ts';

function open(level: string) {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  const time = { now: 0 };
  const counted: string[] = [];
  const metrics = { ...noMetrics, noteSecurityEvent: (event: string) => void counted.push(event) };
  return {
    audit: createAudit(createLogger(level, destination), metrics, () => time.now),
    lines,
    time,
    counted,
  };
}

const scope = {
  requestId: 'request',
  startedAt: 0,
  method: 'POST',
  path: '/',
  addressGroup: '203.0.113.1',
  traceparent: undefined,
  tracestate: undefined,
  userId: 'ada',
};

it('says who did what to whom, from where and in which request', () => {
  const { audit, lines } = open('info');
  runInScope(scope, () => audit.note('token.revoked', { target: 'token' }));
  expect(lines).toEqual([
    expect.objectContaining({
      audit: true,
      event: 'token.revoked',
      actor: 'ada',
      target: 'token',
      address: '203.0.113.1',
      requestId: 'request',
    }),
  ]);
});

it.each([
  ['error', 1],
  ['fatal', 1],
  ['silent', 0],
])('is written at the level %s: %d lines', (level, count) => {
  const { audit, lines } = open(level);
  audit.note('session.login', { actor: 'ada' });
  expect(lines).toHaveLength(count);
});

it('writes no more of what anyone can cause than can be read, counts all of it, and says how much it left out', () => {
  const { audit, lines, time, counted } = open('info');
  for (let index = 0; index < 100; index += 1) audit.note('token.refused');
  audit.note('session.login');
  expect(lines).toHaveLength(61);
  expect(counted).toHaveLength(101);
  time.now = 60_000;
  audit.note('token.refused');
  expect(lines.at(-1)).toMatchObject({ event: 'token.refused', suppressed: 40 });
  audit.note('token.refused');
  expect(lines.at(-1)).not.toHaveProperty('suppressed');
});
