interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram. */
  buckets?: readonly number[];
}

const answerBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300];
const abortBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/** Every metric of our own, by its name; docs/observability.md has the same table. */
export const metricDefinitions = {
  sluice_runs_total: {
    type: 'counter',
    help: 'Answers that have ended, by the reason of their end.',
    labels: ['provider', 'model', 'reason'],
  },
  sluice_run_errors_total: {
    type: 'counter',
    help: 'Answers that ended with an error, by its code.',
    labels: ['provider', 'code'],
  },
  sluice_runs_unsaved_total: {
    type: 'counter',
    help: 'Answers whose end was told with `saved: false`, for the database did not take it in time; it is tried on.',
    labels: [],
  },
  sluice_run_first_token_seconds: {
    type: 'histogram',
    help: 'From the request to the first token.',
    labels: ['provider', 'model'],
    buckets: answerBuckets,
  },
  sluice_run_duration_seconds: {
    type: 'histogram',
    help: 'From the request to the end of the answer.',
    labels: ['provider', 'model'],
    buckets: answerBuckets,
  },
  sluice_run_retries_total: {
    type: 'counter',
    help: 'Upstream calls that failed and were made again, by why.',
    labels: ['provider', 'code'],
  },
  sluice_run_fallbacks_total: {
    type: 'counter',
    help: 'Answers for which another model was asked, by why, and by the provider that could not answer.',
    labels: ['provider', 'code'],
  },
  sluice_upstream_call_seconds: {
    type: 'histogram',
    help: 'Upstream calls: `ok`, what they failed with, or what they were aborted for.',
    labels: ['provider', 'outcome'],
    buckets: answerBuckets,
  },
  sluice_abort_upstream_closed_seconds: {
    type: 'histogram',
    help: 'From an abort to the end of the upstream connection, by what the abort was for.',
    labels: ['reason'],
    buckets: abortBuckets,
  },
  sluice_tokens_total: {
    type: 'counter',
    help: 'Tokens: `input` with the cached ones, `output` with those of reasoning; `cache_read`, `cache_write` and `reasoning` are parts of those.',
    labels: ['provider', 'model', 'kind'],
  },
  sluice_cost_usd_total: {
    type: 'counter',
    help: 'Cost, by who says so: the provider, the price in the catalogue, or an estimate.',
    labels: ['provider', 'model', 'source'],
  },
  sluice_limit_alerts_total: {
    type: 'counter',
    help: 'Limits of requests, tokens or money that came `near` (80 %) or were `reached`, each once in its period.',
    labels: ['state', 'subject', 'period', 'unit'],
  },
  sluice_limit_refusals_total: {
    type: 'counter',
    help: 'What was refused, or cut, because of a limit of requests, tokens or money.',
    labels: ['subject', 'period', 'unit'],
  },
  sluice_rate_limit_refusals_total: {
    type: 'counter',
    help: 'Requests refused with 429 by RATE_LIMIT_PER_MINUTE: of an `address`, of run starts (`runs`) or of all `requests`.',
    labels: ['limit'],
  },
  sluice_security_events_total: {
    type: 'counter',
    help: 'Events of the audit log, those included that it leaves out because there are too many.',
    labels: ['event'],
  },
  sluice_http_request_seconds: {
    type: 'histogram',
    help: 'Requests by route and class of status; a stream lasts until it has been read.',
    labels: ['method', 'route', 'status'],
    buckets: requestBuckets,
  },
  sluice_http_errors_total: {
    type: 'counter',
    help: 'Requests answered with an error, by its code.',
    labels: ['code'],
  },
  sluice_failed_writes_total: {
    type: 'counter',
    help: 'Writes of the end of an answer that the database did not take; each is tried again.',
    labels: [],
  },
  sluice_runs_running: { type: 'gauge', help: 'Answers that this server is writing.', labels: [] },
  sluice_streams_open: {
    type: 'gauge',
    help: 'Readers of answers that are being written.',
    labels: [],
  },
  sluice_websockets_open: { type: 'gauge', help: 'Open WebSockets.', labels: [] },
  sluice_connections_open: {
    type: 'gauge',
    help: 'Open connections, those of WebSockets included.',
    labels: [],
  },
  sluice_socket_queue_bytes: {
    type: 'gauge',
    help: 'Written and not taken by their readers yet, of all connections.',
    labels: [],
  },
  sluice_event_log_bytes: { type: 'gauge', help: 'Memory that the event logs of answers take.', labels: [] },
  sluice_event_log_max_bytes: { type: 'gauge', help: 'EVENT_LOG_MB, in bytes.', labels: [] },
  sluice_database_up: {
    type: 'gauge',
    help: '1 if the database answered when it was last asked, at most 5 s ago; else 0.',
    labels: [],
  },
  sluice_redis_up: {
    type: 'gauge',
    help: '1 if Redis can be written to, else 0; absent without REDIS_URL.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricDefinitions;
