import { noAudit } from './audit.ts';
import { noMetrics } from './metrics.ts';
import type { Observability } from './observability.ts';
import { observeTogether } from './run-observer.ts';

/** For rooms of which nobody wants to know. */
export const noObservability: Observability = {
  audit: noAudit,
  metrics: noMetrics,
  runs: observeTogether([]),
};
