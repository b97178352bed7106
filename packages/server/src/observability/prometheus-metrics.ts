import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { type MetricName, metricDefinitions } from './metric-definitions.ts';
import { createModelNames } from './model-names.ts';
import type { EndedRequest, Gauges, Metrics } from './metrics.ts';
import type { ObservedEnd, RunObservation, RunObserver } from './run-observer.ts';

type Labels = Record<string, string>;

/** Counts for Prometheus. Loaded only where METRICS_PORT is set. */
export class PrometheusMetrics implements Metrics {
  readonly runs: RunObserver = { begin: () => this.#observation };
  readonly page: NonNullable<Metrics['page']>;
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges: Gauges = {};
  readonly #models = createModelNames();
  /** One for all runs: nothing is kept of a single one. */
  readonly #observation: RunObservation = {
    beginAttempt: ({ provider }) => {
      const begunAt = performance.now();
      return ({ outcome }) =>
        this.#observe(
          'sluice_upstream_call_seconds',
          { provider, outcome },
          (performance.now() - begunAt) / 1000,
        );
    },
    noteRetry: (provider, code) => this.#add('sluice_run_retries_total', { provider, code }),
    noteFallback: (provider, code) => this.#add('sluice_run_fallbacks_total', { provider, code }),
    end: (ended) => this.#noteEnd(ended),
  };

  constructor() {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    this.page = { contentType: registry.contentType, render: () => registry.metrics() };
    for (const [name, definition] of Object.entries(metricDefinitions)) {
      const { type, help, labels } = definition;
      const options = { name, help, labelNames: [...labels], registers: [registry] };
      if (type === 'counter') this.#counters.set(name, new Counter(options));
      else if (type === 'histogram') {
        this.#histograms.set(name, new Histogram({ ...options, buckets: [...definition.buckets] }));
      } else this.#addGauge(options);
    }
  }

  noteRequest({ method, route = 'none', status, errorCode, seconds }: EndedRequest): void {
    const labels = { method, route, status: `${Math.floor(status / 100)}xx` };
    this.#observe('sluice_http_request_seconds', labels, seconds);
    if (errorCode !== undefined) this.#add('sluice_http_errors_total', { code: errorCode });
  }

  noteRateRefusal: Metrics['noteRateRefusal'] = (limit) =>
    this.#add('sluice_rate_limit_refusals_total', { limit });

  noteLimit: Metrics['noteLimit'] = (state, { subject, period, unit }) =>
    this.#add('sluice_limit_alerts_total', { state, subject, period, unit });

  noteLimitRefusal: Metrics['noteLimitRefusal'] = ({ subject, period, unit }) =>
    this.#add('sluice_limit_refusals_total', { subject, period, unit });

  noteSecurityEvent: Metrics['noteSecurityEvent'] = (event) =>
    this.#add('sluice_security_events_total', { event });

  noteFailedWrite(): void {
    this.#add('sluice_failed_writes_total', {});
  }

  watch(gauges: Gauges): void {
    Object.assign(this.#gauges, gauges);
  }

  nameModels(isListed: (modelId: string) => boolean): void {
    this.#models.isListed = isListed;
  }

  #noteEnd({ reason, errorCode, usage, cost, firstTokenMs, totalMs, ...ended }: ObservedEnd): void {
    const { provider } = ended;
    const of = { provider, model: this.#models.name(ended.model) };
    this.#add('sluice_runs_total', { ...of, reason });
    if (errorCode !== null) this.#add('sluice_run_errors_total', { provider, code: errorCode });
    if (!ended.isSaved) this.#add('sluice_runs_unsaved_total', {});
    if (firstTokenMs !== null) this.#observe('sluice_run_first_token_seconds', of, firstTokenMs / 1000);
    if (totalMs !== null) this.#observe('sluice_run_duration_seconds', of, totalMs / 1000);
    if (ended.upstreamClosedMs !== null) {
      this.#observe('sluice_abort_upstream_closed_seconds', { reason }, ended.upstreamClosedMs / 1000);
    }
    if (cost !== null) {
      this.#add('sluice_cost_usd_total', { ...of, source: cost.source }, cost.microUsd / 1e6);
    }
    const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage ?? {};
    const tokens = {
      input: inputTokens,
      output: outputTokens,
      cache_read: cacheReadTokens,
      cache_write: cacheWriteTokens,
      reasoning: usage?.reasoningTokens ?? 0,
    };
    for (const [kind, count] of Object.entries(tokens)) {
      if (count > 0) this.#add('sluice_tokens_total', { ...of, kind }, count);
    }
  }

  #add(name: MetricName, labels: Labels, count = 1): void {
    // A provider's figure is not ours to trust: below zero a counter throws.
    if (count >= 0) this.#counters.get(name)?.inc(labels, count);
  }

  #observe(name: MetricName, labels: Labels, value: number): void {
    this.#histograms.get(name)?.observe(labels, value);
  }

  /** Without a value where nobody has said how to find one. */
  #addGauge(options: { name: string; help: string; registers: Registry[] }): void {
    const read = () => this.#gauges[options.name.slice('sluice_'.length) as keyof Gauges];
    // oxlint-disable-next-line no-new -- NOTE: a metric belongs to its registry from its making on
    new Gauge({
      ...options,
      collect() {
        const find = read();
        if (find === undefined) this.remove();
        else this.set(find());
      },
    });
  }
}
