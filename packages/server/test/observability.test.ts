import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directive } from './_support/fake-upstream-script.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { longAnswer } from './_support/long-answer.ts';
import { openSocket, refusedSocket } from './_support/open-socket.ts';
import { scrape } from './_support/scrape.ts';
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

/** Asks for an answer of 12,000 KiB, and reads none of it until it is disposed, which leaves. */
async function stare({ url, token }: TestServer): Promise<Disposable> {
  upstream.next({ rawBase64: Buffer.from(longAnswer()).toString('base64') });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const request = httpRequest(`${url}/api/chat/stream`, { method: 'POST', agent: false, headers });
  request.on('error', () => undefined);
  await once(request.end('{"message":"Hi","model":"openai/gpt-4.1"}'), 'response');
  return { [Symbol.dispose]: () => void request.destroy() };
}

describe('metrics', () => {
  it('tell at METRICS_PORT of connections, readers that are behind, requests and delays, all at once', async () => {
    await using alone = await startServer({ ...pointAt(upstream), METRICS_PORT: '0' });
    upstream.next({ firstDelayMs: 300 });
    const askedAt = performance.now();
    await (await alone.call('/api/chat', { body: { message: 'Hi' } })).text();
    const answeredSeconds = (performance.now() - askedAt) / 1000;
    using reader = await stare(alone);
    using socket = await openSocket(alone);
    const readQueue = async () => (await scrape(alone)).get('sluice_socket_queue_bytes');
    await expect.poll(readQueue).toBeGreaterThan(0);
    const blockedUntil = performance.now() + 200;
    while (performance.now() < blockedUntil);
    // The timer that measures the delay comes late, and then this one.
    await sleep(20);
    const values = await scrape(alone);
    expect(values.get('sluice_socket_queue_bytes')).toBeGreaterThan(0);
    expect(values.get('sluice_socket_queue_bytes')).toBeLessThanOrEqual(256 * 1024);
    // That of the request that is over is kept for the next.
    expect(values.get('sluice_connections_open')).toBe(3);
    expect(values.get('sluice_websockets_open')).toBe(1);
    expect(values.get('nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.1);
    const over = '{method="POST",route="/api/chat",status="2xx"}';
    expect(values.get(`sluice_http_request_seconds_count${over}`)).toBe(1);
    expect(values.get(`sluice_http_request_seconds_sum${over}`)).toBeGreaterThan(0.25);
    expect(values.get(`sluice_http_request_seconds_sum${over}`)).toBeLessThan(answeredSeconds);
    reader[Symbol.dispose]();
    socket[Symbol.dispose]();
    const readOpen = async () => {
      const now = await scrape(alone);
      const names = ['socket_queue_bytes', 'connections_open', 'websockets_open', 'runs_running'];
      return names.map((name) => now.get(`sluice_${name}`));
    };
    await expect.poll(readOpen).toEqual([0, 1, 0, 0]);
  });

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
