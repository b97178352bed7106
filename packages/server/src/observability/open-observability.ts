import type { Config } from '../config/config.ts';
import { createAudit } from './audit.ts';
import type { Logger } from './logger.ts';
import { type Metrics, noMetrics } from './metrics.ts';
import type { Observability } from './observability.ts';
import { observeTogether } from './run-observer.ts';
import type { FindUpstream } from './trace-runs.ts';

export interface ObservabilityOptions {
  config: Pick<Config, 'metricsPort' | 'tracesEndpoint'>;
  logger: Logger;
  findUpstream: FindUpstream;
}

/** What is off is not even loaded. */
export async function openObservability(
  options: ObservabilityOptions,
): Promise<Observability & AsyncDisposable> {
  const { config, logger, findUpstream } = options;
  const { metricsPort, tracesEndpoint } = config;
  await using stack = new AsyncDisposableStack();
  const metrics = metricsPort === null ? noMetrics : await openMetrics();
  const observers = metrics.runs === undefined ? [] : [metrics.runs];
  if (tracesEndpoint !== null) {
    const { openTracing } = await import('./open-tracing.ts');
    observers.push(stack.use(openTracing({ endpoint: tracesEndpoint, logger, findUpstream })).runs);
  }
  const audit = stack.use(createAudit(logger, metrics));
  const owned = stack.move();
  return {
    audit,
    metrics,
    runs: observeTogether(observers),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openMetrics(): Promise<Metrics> {
  const { PrometheusMetrics } = await import('./prometheus-metrics.ts');
  return new PrometheusMetrics();
}
