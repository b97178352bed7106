import type { ErrorCode, RunEndReason, SequencedEvent } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import type { FakeScript } from './_support/fake-upstream-script.ts';
import { startRawUpstream } from './_support/raw-upstream.ts';
import {
  iterateEvents,
  lastOf,
  pointAllAt,
  pointAtUrl,
  readEvents,
  startServer,
  textOf,
} from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';
import { writeModelsConfig } from './_support/write-models-config.ts';

const pair = useServer((upstream) => ({
  ...pointAllAt(upstream),
  SLUICE_CONFIG: writeModelsConfig({ models: { 'openai/responses': { api: 'responses' } } }),
  FIRST_TOKEN_TIMEOUT_MS: '500',
  IDLE_TIMEOUT_MS: '400',
  RUN_TIMEOUT_MS: '3000',
}));
/** One of each wire format. */
const spoken = [
  'anthropic/claude-sonnet-5-5',
  'openai/gpt-4.1',
  'openai/responses',
  'gemini/fake',
  'ollama/fake',
];

interface Fault {
  name: string;
  script: FakeScript;
  code: ErrorCode;
  reason?: RunEndReason;
  /** Text that came before the fault and is kept. */
  text?: string;
  status?: number;
  /** Calls that are made; 1 unless it may go by itself. */
  calls?: number;
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
  { name: 'an internal error', script: { status: 500 }, code: 'upstream_error', calls: 3 },
  { name: 'an overload', script: { status: 503 }, code: 'upstream_overloaded', status: 503, calls: 3 },
  {
    name: 'a redirect',
    script: { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    code: 'upstream_invalid',
  },
  { name: 'a refused connection', script: { end: 'refuse' }, code: 'upstream_unreachable', calls: 3 },
  {
    name: 'a login page',
    script: { body: '<html>Sign in', headers: { 'content-type': 'text/html' } },
    code: 'upstream_error',
    calls: 3,
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
  {
    name: 'an empty stream',
    script: { tokens: 0, end: 'truncate', after: 0 },
    code: 'upstream_truncated',
    calls: 3,
  },
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

describe.each(spoken)('%s', (model) => {
  describe.each(faults)('with $name', ({ script, code, reason = 'error', text, calls = 1 }) => {
    it(`ends the stream with ${code}, once, the text kept, and closes the upstream call`, async () => {
      pair.upstream.script(script);
      const response = await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
      expect(response.status).toBe(200);
      const events = await readEvents(response);
      expect(lastOf(events, 'error')).toMatchObject({ code, error: expect.stringMatching(/./) });
      expect(events.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
      expect(events.at(-1)?.event).toMatchObject({ type: 'run-end', reason });
      if (text !== undefined) expect(textOf(events)).toBe(text);
      expect(pair.upstream.stats.requests).toBe(calls);
      await expect.poll(() => pair.upstream.stats.active).toBe(0);
    });
  });
});

describe.each(spoken.slice(0, 2))('%s', (model) => {
  describe.each(faults)('with $name', ({ script, code, status = 502 }) => {
    it(`answers POST /api/chat with ${status}`, async () => {
      pair.upstream.script(script);
      const response = await pair.server.call('/api/chat', { body: { model, message: 'Hi' } });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ code, status });
    });
  });

  it('keeps keys and upstream bodies from the user', async () => {
    for (const status of [400, 401, 429, 500]) {
      pair.upstream.script({ status, errorMessage: 'Incorrect API key provided: sk-canary. upstream-words' });
      const response = await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
      expect(await response.text()).not.toMatch(/canary|upstream-words/);
    }
  });

  it.each([
    ['length', model.startsWith('anthropic') ? 'max_tokens' : 'length'],
    ['refused', model.startsWith('anthropic') ? 'refusal' : 'content_filter'],
  ])('ends as %s when the upstream says so, without an error', async (reason, stopReason) => {
    pair.upstream.script({ text: 'Once upon', stopReason });
    const events = await readEvents(
      await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(events, 'run-end')?.reason).toBe(reason);
    expect(lastOf(events, 'error')).toBeUndefined();
  });

  // Raw streams, for the fake sends a ping only together with what follows it.
  const ping = model.startsWith('anthropic') ? 'event: ping\ndata: {"type":"ping"}\n\n' : ': ping\n\n';
  const firstToken = model.startsWith('anthropic')
    ? 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hm"}}\n\n'
    : 'data: {"choices":[{"index":0,"delta":{"content":"Hm"},"finish_reason":null}]}\n\n';
  const ending = model.startsWith('anthropic')
    ? 'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n'
    : 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

  it('lets pings alone keep a model alive that has begun', async () => {
    await using raw = await startRawUpstream(
      [firstToken, ...Array.from({ length: 5 }, () => ping), ending],
      120,
    );
    await using beside = await startServer({ ...pointAtUrl(raw.url), IDLE_TIMEOUT_MS: '300' });
    const events = await readEvents(
      await beside.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(events, 'run-end')?.reason).toBe('complete');
  });

  it('does not let pings put off the limit of the first token', async () => {
    await using raw = await startRawUpstream(
      Array.from({ length: 20 }, () => ping),
      60,
    );
    await using beside = await startServer({ ...pointAtUrl(raw.url), FIRST_TOKEN_TIMEOUT_MS: '300' });
    const events = await readEvents(
      await beside.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(events, 'error')?.code).toBe('first_token_timeout');
  });

  it('tells that an answer is whole while its connection lingers, and Stop then changes nothing', async () => {
    pair.upstream.script({ text: 'Whole.', end: 'open' });
    const response = await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
    const events: SequencedEvent[] = [];
    for await (const event of iterateEvents(response)) {
      events.push(event);
      if (event.event.type !== 'finish') continue;
      await pair.server.call(`/api/runs/${response.headers.get('x-run-id')}/stop`, { method: 'POST' });
    }
    expect(lastOf(events, 'finish')?.reason).toBe('complete');
    expect(events.at(-1)?.event).toMatchObject({ type: 'run-end', reason: 'complete' });
  });

  it('tells when to come back after a 429', async () => {
    pair.upstream.script({ status: 429 });
    const response = await pair.server.call('/api/chat', { body: { model, message: 'Hi' } });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('takes a whole answer of a gateway that does not stream, far beyond 64 KiB', async () => {
    const text = 'x'.repeat(300_000);
    const body = model.startsWith('anthropic')
      ? {
          type: 'message',
          content: [{ type: 'text', text }],
          stop_reason: 'end_turn',
          usage: { input_tokens: 1, output_tokens: 2 },
        }
      : { choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }] };
    pair.upstream.script({ body: JSON.stringify(body) });
    const events = await readEvents(
      await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(textOf(events)).toBe(text);
    expect(lastOf(events, 'run-end')?.reason).toBe('complete');
    pair.upstream.script({ body: JSON.stringify({ ...body, padding: 'x'.repeat(9_000_000) }) });
    const refused = await readEvents(
      await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(refused, 'error')?.code).toBe('upstream_too_large');
  });

  it('ends an answer that outgrows its log, its text kept, and closes the upstream call', async () => {
    pair.upstream.script({
      rawBase64: Buffer.from(firstToken.replace('Hm', 'x'.repeat(1_000_000)).repeat(20) + ending).toString(
        'base64',
      ),
    });
    const events = await readEvents(
      await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(events, 'error')?.code).toBe('output_too_large');
    expect(textOf(events).length).toBeGreaterThan(10_000_000);
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
  });

  it('estimates the usage of a cut answer and says so', async () => {
    pair.upstream.script({ tokens: 40, end: 'truncate', after: 20 });
    const events = await readEvents(
      await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(lastOf(events, 'run-end')?.usage).toMatchObject({
      source: 'estimated',
      outputTokens: expect.any(Number),
    });
    expect(lastOf(events, 'run-end')?.usage?.outputTokens).toBeGreaterThan(5);
  });
});
