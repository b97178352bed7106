// In: what happened, as the rooms tell it, and what is now, asked at each scrape. Out: the text that Prometheus reads.
// Never: anything per token, nor a label that callers can invent: no ids of users, and models of the catalogue alone.
import type { AuditEvent } from './audit-events.ts';
import type { RunObserver } from './run-observer.ts';

/** A limit, as far as its name goes: how many there are is bounded. */
interface LimitName {
  subject: 'user' | 'token' | 'model';
  period: 'day' | 'month';
  unit: 'requests' | 'tokens' | 'microUsd';
}

export interface EndedRequest {
  method: string;
  /** The route's pattern; undefined where no route took it. */
  route: string | undefined;
  status: number;
  /** The code of the error it was answered with. */
  errorCode: string | undefined;
  seconds: number;
}

/** What is asked at each scrape, by the names of its metrics without `sluice_`. */
export interface Gauges {
  runs_running?: () => number;
  streams_open?: () => number;
  websockets_open?: () => number;
  connections_open?: () => number;
  socket_queue_bytes?: () => number;
  event_log_bytes?: () => number;
  event_log_max_bytes?: () => number;
  database_up?: () => number;
  redis_up?: () => number;
}

export interface Metrics {
  /** Undefined: nobody counts. */
  readonly runs: RunObserver | undefined;
  noteRequest(request: EndedRequest): void;
  noteRateRefusal(limit: string): void;
  noteLimit(state: 'near' | 'reached', limit: LimitName): void;
  noteLimitRefusal(limit: LimitName): void;
  noteSecurityEvent(event: AuditEvent): void;
  /** A write to the database that was to end a run and failed; it is tried again. */
  noteFailedWrite(): void;
  /** What is measured at each scrape from now on. */
  watch(gauges: Gauges): void;
  /** Which models may be named. */
  nameModels(isListed: (modelId: string) => boolean): void;
  /** In Prometheus' text format; undefined where nobody counts. */
  readonly page: { contentType: string; render(): Promise<string> } | undefined;
}

/** Where METRICS_PORT is not set. */
export const noMetrics: Metrics = {
  runs: undefined,
  noteRequest: () => undefined,
  noteRateRefusal: () => undefined,
  noteLimit: () => undefined,
  noteLimitRefusal: () => undefined,
  noteSecurityEvent: () => undefined,
  noteFailedWrite: () => undefined,
  watch: () => undefined,
  nameModels: () => undefined,
  page: undefined,
};
