import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import { outOfScope } from './request-scope.ts';
import type { RunObserver } from './run-observer.ts';
import { type FindUpstream, traceRuns } from './trace-runs.ts';

/** What a collector that does not answer may take, of a shutdown too. */
const EXPORT_MS = 2000;

export interface Tracing extends AsyncDisposable {
  runs: RunObserver;
}

/**
 * Sends traces to a collector, in batches, beside whatever is being done. Loaded only where OTEL_EXPORTER_OTLP_ENDPOINT is set;
 * other variables of OpenTelemetry are read by its SDK itself.
 */
export function openTracing(options: {
  /** OTEL_EXPORTER_OTLP_ENDPOINT. */
  endpoint: string;
  logger: Logger;
  findUpstream: FindUpstream;
}): Tracing {
  const { endpoint, logger, findUpstream } = options;
  const url = `${endpoint}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS });
  const requests = trackRequests(new URL(url));
  const own = resourceFromAttributes({ 'service.name': 'sluice' });
  const given = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  const provider = new TracerProvider({
    resource: own.merge(given),
    // Attributes of what an upstream says have bounds of their own.
    spanLimits: { attributeValueLengthLimit: 1024 },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: tellLoss(exporter, logger),
        exportTimeoutMillis: EXPORT_MS,
        scheduledDelayMillis: 1000,
      }),
    ],
  });
  return {
    runs: traceRuns(provider.getTracer('sluice'), findUpstream),
    async [Symbol.asyncDispose]() {
      const late = Promise.withResolvers<void>();
      const deadline = setTimeout(late.resolve, EXPORT_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), late.promise]);
      clearTimeout(deadline);
      requests[Symbol.dispose]();
    },
  };
}

/**
 * Disposing ends what is still under way to the collector, where it would keep the process: the SDK's own timeout counts from the
 * connection on, and it hands out neither its requests nor the agent that it makes of its variables.
 */
function trackRequests({ hostname, pathname }: URL): Disposable {
  const open = new Set<ClientRequest>();
  const track = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    if (request.path !== pathname || request.host !== hostname) return;
    open.add(request);
    request.once('close', () => open.delete(request));
  };
  subscribe('http.client.request.created', track);
  return {
    [Symbol.dispose]() {
      unsubscribe('http.client.request.created', track);
      for (const request of open) request.destroy();
    },
  };
}

/** Says once that the collector does not take traces, and once that it does again: what could not be sent is lost. */
function tellLoss(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isLost = false;
  return {
    export: (spans, done) =>
      outOfScope(() =>
        exporter.export(spans, (result) => {
          const hasFailed = result.code !== 0;
          if (hasFailed && !isLost)
            logger.warn({ err: result.error }, 'the collector takes no traces: they are lost');
          if (!hasFailed && isLost) logger.info('the collector takes traces again');
          isLost = hasFailed;
          done(result);
        }),
      ),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
