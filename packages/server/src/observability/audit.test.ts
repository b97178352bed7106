import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAudit } from './audit.ts';
import { noMetrics } from './metrics.ts';
import { createKeptLogger, requestScope } from './observability.fixture.ts';
import { runInScope } from './request-scope.ts';

function open(level: string) {
  const { logger, lines } = createKeptLogger(level);
  const counted: string[] = [];
  const metrics = { ...noMetrics, noteSecurityEvent: (event: string) => void counted.push(event) };
  return { audit: createAudit(logger, metrics), lines, counted };
}

it('says who did what to whom, from where and in which request', () => {
  const { audit, lines } = open('info');
  runInScope(requestScope, () => audit.note('token.revoked', { target: 'token' }));
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

describe('of what anyone can cause', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('writes no more than can be read, counts all of it, and says after a minute how much it left out', () => {
    const { audit, lines, counted } = open('info');
    runInScope(requestScope, () => {
      for (let index = 0; index < 100; index += 1) audit.note('token.refused');
      audit.note('session.login');
    });
    expect(lines).toHaveLength(61);
    expect(counted).toHaveLength(101);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(62);
    const leftOut = { event: 'token.refused', address: '203.0.113.1', actor: null, suppressed: 40 };
    expect(lines.at(-1)).toMatchObject(leftOut);
    expect(lines.at(-1)).not.toHaveProperty('requestId');
    audit.note('token.refused');
    expect(lines.at(-1)).toMatchObject({ msg: 'security event' });
    expect(lines.at(-1)).not.toHaveProperty('suppressed');
  });

  it('says at the end of the server, too, what it left out', () => {
    const { audit, lines } = open('info');
    for (let index = 0; index < 61; index += 1) audit.note('setup.refused');
    audit[Symbol.dispose]();
    expect(lines.at(-1)).toMatchObject({ event: 'setup.refused', suppressed: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('hides nobody behind another address, nor counts more addresses than there is room for', () => {
    const { audit, lines } = open('info');
    const from = (addressGroup: string) =>
      runInScope({ ...requestScope, addressGroup }, () => audit.note('session.login_refused'));
    for (let index = 0; index < 100; index += 1) from('203.0.113.1');
    from('203.0.113.2');
    expect(lines.at(-1)).toMatchObject({ address: '203.0.113.2' });
    for (let index = 0; index < 1998; index += 1) from(`10.0.${index >> 8}.${index & 255}`);
    // 60 of the first, 999 of as many others, and 60 of all that are beyond.
    expect(lines).toHaveLength(60 + 999 + 60);
    audit[Symbol.dispose]();
    expect(lines.at(-1)).toMatchObject({ address: null, suppressed: 1000 - 60 });
  });
});
