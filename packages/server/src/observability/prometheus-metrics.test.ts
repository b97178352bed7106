import { expect, it } from 'vitest';
import { endedRun } from './observability.fixture.ts';
import type { ObservedEnd } from './run-observer.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';

const ended: ObservedEnd = {
  ...endedRun,
  usage: {
    inputTokens: 10,
    outputTokens: 20,
    cacheReadTokens: 4,
    cacheWriteTokens: 0,
    reasoningTokens: 5,
    source: 'provider',
  },
  cost: { microUsd: 2_500_000, source: 'catalog' },
  firstTokenMs: 200,
  totalMs: 3000,
};

/** @returns the lines of the page that hold all words */
async function read(metrics: PrometheusMetrics, ...words: string[]): Promise<string[]> {
  const lines = (await metrics.page.render()).split('\n');
  return lines.filter((line) => !line.startsWith('#') && words.every((word) => line.includes(word)));
}

it('counts runs by their end, with their times, tokens and cost', async () => {
  const metrics = new PrometheusMetrics();
  metrics.nameModels((id) => id === 'demo/sluice');
  const run = metrics.runs.begin({ id: 'r', conversationId: null });
  run.end(ended);
  run.end({ ...ended, reason: 'stopped', upstreamClosedMs: 4, isSaved: false, usage: null, cost: null });
  expect(await read(metrics, 'sluice_runs_total')).toEqual([
    'sluice_runs_total{provider="demo",model="demo/sluice",reason="complete"} 1',
    'sluice_runs_total{provider="demo",model="demo/sluice",reason="stopped"} 1',
  ]);
  expect(await read(metrics, 'sluice_tokens_total', 'kind="output"')).toEqual([
    'sluice_tokens_total{provider="demo",model="demo/sluice",kind="output"} 20',
  ]);
  expect(await read(metrics, 'sluice_cost_usd_total')).toEqual([
    'sluice_cost_usd_total{provider="demo",model="demo/sluice",source="catalog"} 2.5',
  ]);
  expect(await read(metrics, 'sluice_runs_unsaved_total')).toEqual(['sluice_runs_unsaved_total 1']);
  expect(await read(metrics, 'sluice_run_first_token_seconds_count')).toEqual([
    'sluice_run_first_token_seconds_count{provider="demo",model="demo/sluice"} 2',
  ]);
  expect(await read(metrics, 'sluice_abort_upstream_closed_seconds_bucket', 'le="0.005"')).toEqual([
    'sluice_abort_upstream_closed_seconds_bucket{le="0.005",reason="stopped"} 1',
  ]);
});

it('names no model that callers have made up, however many they try', async () => {
  const metrics = new PrometheusMetrics();
  metrics.nameModels((id) => id === 'demo/sluice');
  const run = metrics.runs.begin({ id: 'r', conversationId: null });
  for (let index = 0; index < 50; index += 1) run.end({ ...ended, model: `demo/${index}` });
  expect(await read(metrics, 'sluice_runs_total')).toEqual([
    'sluice_runs_total{provider="demo",model="other",reason="complete"} 50',
  ]);
});

it('counts calls, retries and fallbacks by provider', async () => {
  const metrics = new PrometheusMetrics();
  const run = metrics.runs.begin({ id: 'r', conversationId: null });
  const call = { model: 'm', maxOutputTokens: undefined, temperature: undefined };
  run.beginAttempt({ ...call, provider: 'demo' })({
    outcome: 'upstream_overloaded',
    finishReason: null,
    usage: null,
    responseId: undefined,
    servedModel: undefined,
    firstTokenAt: null,
  });
  run.noteRetry('demo', 'upstream_overloaded');
  run.noteFallback('demo', 'upstream_auth');
  expect(await read(metrics, 'sluice_upstream_call_seconds_count')).toEqual([
    'sluice_upstream_call_seconds_count{provider="demo",outcome="upstream_overloaded"} 1',
  ]);
  expect(await read(metrics, 'sluice_run_retries_total{')).toHaveLength(1);
  expect(await read(metrics, 'sluice_run_fallbacks_total{')).toHaveLength(1);
});

it('asks for what is now at each scrape, and leaves out what nobody can say', async () => {
  const metrics = new PrometheusMetrics();
  const running = { count: 2 };
  metrics.watch({ runs_running: () => running.count });
  expect(await read(metrics, 'sluice_runs_running')).toEqual(['sluice_runs_running 2']);
  running.count = 3;
  expect(await read(metrics, 'sluice_runs_running')).toEqual(['sluice_runs_running 3']);
  expect(await read(metrics, 'sluice_redis_up')).toEqual([]);
});
