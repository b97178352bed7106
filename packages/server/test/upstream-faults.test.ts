import type { ErrorCode, RunEndReason } from '@sluice/shared';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FakeScript } from './_support/fake-upstream-script.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import {
  type TestServer,
  lastOf,
  pointAt,
  readEvents,
  startServer,
  textOf,
} from './_support/start-server.ts';

let upstream: FakeUpstream;
let server: TestServer;
beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startServer({
    ...pointAt(upstream),
    FIRST_TOKEN_TIMEOUT_MS: '250',
    IDLE_TIMEOUT_MS: '200',
    RUN_TIMEOUT_MS: '1200',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});
beforeEach(() => upstream.reset());

interface Fault {
  name: string;
  script: FakeScript;
  code: ErrorCode;
  reason?: RunEndReason;
  /** Text that came before the fault and is kept. */
  text?: string;
  status?: number;
}

const half = ' t0 t1 t2';
const faults: Fault[] = [
  { name: 'a refused key', script: { status: 401 }, code: 'upstream_auth' },
  { name: 'a forbidden key', script: { status: 403 }, code: 'upstream_auth' },
  { name: 'an unknown model', script: { status: 404 }, code: 'upstream_invalid' },
  { name: 'a bad request', script: { status: 400 }, code: 'upstream_invalid' },
  {
    name: 'a rate limit',
    script: { status: 429, headers: { 'retry-after': '3600' } },
    code: 'upstream_rate_limited',
    status: 429,
  },
  { name: 'an internal error', script: { status: 500 }, code: 'upstream_error' },
  { name: 'an overload', script: { status: 503 }, code: 'upstream_overloaded', status: 503 },
  {
    name: 'a redirect',
    script: { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    code: 'upstream_invalid',
  },
  { name: 'a refused connection', script: { end: 'refuse' }, code: 'upstream_unreachable' },
  {
    name: 'a login page',
    script: { body: '<html>Sign in', headers: { 'content-type': 'text/html' } },
    code: 'upstream_error',
  },
  {
    name: 'an error in the stream',
    script: { tokens: 6, error: 'mid-stream', after: 3 },
    code: 'upstream_error',
    text: half,
  },
  {
    name: 'a reset in the stream',
    script: { tokens: 6, delayMs: 5, end: 'reset', after: 3 },
    code: 'upstream_truncated',
    text: half,
  },
  { name: 'a cut body', script: { tokens: 6, end: 'fin', after: 3 }, code: 'upstream_truncated', text: half },
  {
    name: 'a missing terminal',
    script: { tokens: 6, end: 'truncate', after: 3 },
    code: 'upstream_truncated',
    text: half,
  },
  { name: 'an empty stream', script: { tokens: 0, end: 'truncate', after: 0 }, code: 'upstream_truncated' },
  {
    name: 'silence before the headers',
    script: { hang: 'headers' },
    code: 'first_token_timeout',
    reason: 'timeout',
    status: 504,
  },
  {
    name: 'silence before the first token',
    script: { hang: 'first' },
    code: 'first_token_timeout',
    reason: 'timeout',
    status: 504,
  },
  {
    name: 'silence in the middle',
    script: { tokens: 6, hang: 'mid', after: 3 },
    code: 'idle_timeout',
    reason: 'timeout',
    text: half,
    status: 504,
  },
  {
    name: 'an answer without end',
    script: { tokens: 500, delayMs: 50 },
    code: 'run_timeout',
    reason: 'timeout',
    status: 504,
  },
];

describe.each(['anthropic/claude-sonnet-5-5', 'openai/gpt-4.1'])('%s', (model) => {
  describe.each(faults)('with $name', ({ script, code, reason = 'error', text, status = 502 }) => {
    it(`ends the stream with ${code}, once, the text kept, and closes the upstream call`, async () => {
      upstream.script(script);
      const response = await server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
      expect(response.status).toBe(200);
      const events = await readEvents(response);
      expect(lastOf(events, 'error')).toMatchObject({ code, error: expect.stringMatching(/./) });
      expect(events.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
      expect(events.at(-1)?.event).toMatchObject({ type: 'run-end', reason });
      if (text !== undefined) expect(textOf(events)).toBe(text);
      expect(upstream.stats.requests).toBe(1);
      await expect.poll(() => upstream.stats.active).toBe(0);
    });

    it(`answers POST /api/chat with ${status}`, async () => {
      upstream.script(script);
      const response = await server.call('/api/chat', { body: { model, message: 'Hi' } });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ code, status });
    });
  });

  it('keeps keys and upstream bodies from the user', async () => {
    for (const status of [400, 401, 429, 500]) {
      upstream.script({ status, errorMessage: 'Incorrect API key provided: sk-canary. upstream-words' });
      const response = await server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
      expect(await response.text()).not.toMatch(/canary|upstream-words/);
    }
  });

  it.each([
    ['length', model.startsWith('anthropic') ? 'max_tokens' : 'length'],
    ['refused', model.startsWith('anthropic') ? 'refusal' : 'content_filter'],
  ])('ends as %s when the upstream says so, without an error', async (reason, stopReason) => {
    upstream.script({ text: 'Once upon', stopReason });
    const events = await readEvents(
      await server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(events, 'run-end')?.reason).toBe(reason);
    expect(lastOf(events, 'error')).toBeUndefined();
  });

  it('lets pings keep a thinking model alive, but not for longer than the first-token limit', async () => {
    upstream.script({ tokens: 3, delayMs: 150, pings: true });
    const alive = await readEvents(await server.call('/api/chat/stream', { body: { model, message: 'Hi' } }));
    expect(lastOf(alive, 'run-end')?.reason).toBe('complete');
  });

  it('estimates the usage of a cut answer and says so', async () => {
    upstream.script({ tokens: 40, end: 'truncate', after: 20 });
    const events = await readEvents(
      await server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(events, 'run-end')?.usage).toMatchObject({
      source: 'estimated',
      outputTokens: expect.any(Number),
    });
    expect(lastOf(events, 'run-end')?.usage?.outputTokens).toBeGreaterThan(5);
  });
});
