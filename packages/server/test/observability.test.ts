import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directive } from './_support/fake-upstream-script.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { refusedSocket } from './_support/open-socket.ts';
import { type Collector, startCollector } from './_support/start-collector.ts';
import { type TestServer, pointAt, startServer } from './_support/start-server.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentSpanId = 'b7ad6b7169203331';

let collector: Collector;
let upstream: FakeUpstream;
let server: TestServer;
beforeAll(async () => {
  collector = await startCollector();
  upstream = await startFakeUpstream();
  server = await startServer({
    ...pointAt(upstream),
    METRICS_PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

async function ask(body: object, headers: Record<string, string> = {}) {
  const response = await server.call('/api/chat/stream', { body, headers });
  await response.text();
  return response.headers.get('x-run-id') ?? '';
}

/** Waits for a span, which is sent within a second or so. */
async function spanOf(runId: string) {
  for (;;) {
    const span = collector.spans.find(({ attributes }) => attributes['sluice.run.id'] === runId);
    if (span !== undefined) return span;
    await sleep(20);
  }
}

const callsOf = ({ spanId }: { spanId: string }) =>
  collector.spans.filter((span) => span.parentSpanId === spanId);

/** @returns the value of a metric, by its name and labels as they are written */
async function read(metric: string): Promise<number> {
  const page = (await server.rooms.observability.metrics.page?.render()) ?? '';
  const line = page.split('\n').find((each) => each.startsWith(`${metric} `));
  return Number(line?.slice(metric.length) ?? Number.NaN);
}

describe('traces', () => {
  it('have a span for the run, within the trace of its caller, and in it one for the upstream call', async () => {
    const runId = await ask(
      { message: 'Hi', model: 'anthropic/claude-sonnet-5', maxOutputTokens: 77 },
      { traceparent: `00-${traceId}-${parentSpanId}-01` },
    );
    const run = await spanOf(runId);
    expect(run).toMatchObject({ name: 'POST /api/chat/stream', kind: 2, traceId, parentSpanId, status: 0 });
    expect(run.attributes).toMatchObject({
      'http.route': '/api/chat/stream',
      'sluice.run.reason': 'complete',
    });
    const [call] = callsOf(run);
    expect(call).toMatchObject({ name: 'chat claude-sonnet-5', kind: 3, traceId, status: 0 });
    expect(call?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5',
      'gen_ai.request.max_tokens': 77,
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.response.finish_reasons': { values: [{ stringValue: 'stop' }] },
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(upstream.url).port),
    });
    expect(call?.attributes).toHaveProperty(['gen_ai.response.id']);
    expect(collector.service()).toBe('sluice');
  });

  it('have a span for each call of a run that tries again, with what it failed with', async () => {
    upstream.script({ status: 503 });
    const run = await spanOf(await ask({ message: 'Hi', model: 'openai/gpt-5' }));
    upstream.script({});
    expect(run).toMatchObject({ status: 2, attributes: { 'error.type': 'upstream_overloaded' } });
    const calls = callsOf(run);
    expect(calls.length).toBeGreaterThan(1);
    expect(run.events).toEqual(Array(calls.length - 1).fill('retry'));
    expect(calls.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual(
      Array(calls.length).fill([2, 'upstream_overloaded']),
    );
    expect(await read('sluice_run_retries_total{provider="openai",code="upstream_overloaded"}')).toBe(
      calls.length - 1,
    );
  });

  it('begin anew where the caller names no trace that could be one', async () => {
    const run = await spanOf(await ask({ message: 'Hi' }, { traceparent: `00-${'0'.repeat(32)}-x-01` }));
    expect(run.parentSpanId ?? '').toBe('');
    expect(run.traceId).not.toBe(traceId);
  });
});

describe('metrics', () => {
  it('count requests by route, errors by code and readers who are there', async () => {
    const leave = new AbortController();
    const message = `${directive({ tokens: 1000, delayMs: 20 })}`;
    const { signal } = leave;
    const response = await server.call('/api/chat/stream', { body: { message }, signal });
    expect(response.status).toBe(200);
    expect([await read('sluice_runs_running'), await read('sluice_streams_open')]).toEqual([1, 1]);
    expect(await read('sluice_event_log_bytes')).toBeGreaterThan(0);
    expect([await read('sluice_database_up'), await read('sluice_redis_up')]).toEqual([1, Number.NaN]);
    leave.abort();
    while ((await read('sluice_runs_running')) > 0) await sleep(10);
    expect(await read('sluice_abort_upstream_closed_seconds_count{reason="disconnected"}')).toBe(1);
    await server.call('/api/runs/nothing', { token: 'nobody' });
    expect(await read('sluice_http_errors_total{code="token_invalid"}')).toBe(1);
    expect(await read('sluice_security_events_total{event="token.refused"}')).toBe(1);
  });

  it('count a WebSocket that was refused, as any other request', async () => {
    const foreign = { options: { origin: 'https://evil.example' } };
    expect(await refusedSocket(server, foreign)).toMatchObject({ status: 403 });
    await expect.poll(() => read('sluice_http_errors_total{code="origin_not_allowed"}')).toBe(1);
    expect(await read('sluice_security_events_total{event="origin.refused"}')).toBe(1);
  });

  it('tell of a limit that came near and was reached', async () => {
    const limit = { subject: 'default', period: 'day', unit: 'requests' } as const;
    const { limits } = server.rooms;
    await limits.change({ ...limit, amount: 1 });
    await ask({ message: 'Hi' });
    const refused = await server.call('/api/chat/stream', { body: { message: 'Hi' } });
    expect(refused.status).toBe(402);
    await limits.change({ ...limit, amount: null });
    const name = 'subject="user",period="day",unit="requests"';
    expect(await read(`sluice_limit_refusals_total{${name}}`)).toBeGreaterThan(0);
    expect(await read(`sluice_limit_alerts_total{state="reached",${name}}`)).toBe(1);
    expect(await read('sluice_security_events_total{event="limit.changed"}')).toBe(2);
  });
});

it('answers as before while there is no collector, and ends in time', async () => {
  await using alone = await startServer({
    ...pointAt(upstream),
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  const response = await alone.call('/api/chat', { body: { message: 'Hi' } });
  expect(response.status).toBe(200);
  const begunAt = performance.now();
  await alone[Symbol.asyncDispose]();
  expect(performance.now() - begunAt).toBeLessThan(10_000);
});
