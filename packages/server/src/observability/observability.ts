import type { Audit } from './audit.ts';
import type { Metrics } from './metrics.ts';
import type { RunObserver } from './run-observer.ts';

/** What rooms tell what happens in them. */
export interface Observability {
  audit: Audit;
  metrics: Metrics;
  /** Metrics and traces of runs. */
  runs: RunObserver;
}
