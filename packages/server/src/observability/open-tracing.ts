import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import type { RunObserver } from './run-observer.ts';
import { type FindUpstream, traceRuns } from './trace-runs.ts';

/** What a collector that does not answer may take of a shutdown. */
const FLUSH_MS = 2000;
const EXPORT_MS = 5000;

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
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: EXPORT_MS });
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
      const deadline = setTimeout(late.resolve, FLUSH_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), late.promise]);
      clearTimeout(deadline);
    },
  };
}

/** Says once that the collector does not take traces, and once that it does again: what could not be sent is lost. */
function tellLoss(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isLost = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== 0;
        if (hasFailed && !isLost)
          logger.warn({ err: result.error }, 'the collector takes no traces: they are lost');
        if (!hasFailed && isLost) logger.info('the collector takes traces again');
        isLost = hasFailed;
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
