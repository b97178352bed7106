import type { Limits } from '../admission/limits.ts';
import type { RunLimiter } from '../admission/limit-runs.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { EventLog, SharedLog } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Observability } from '../observability/observability.ts';
import type { Provider } from '../providers/provider.ts';
import type { Database } from '../storage/database.ts';
import type { FindRevoked } from './cut-revoked.ts';
import type { Peers } from './peers.ts';
import type { GraceLimits } from './read-grace.ts';
import type { RunTimeouts } from './start-phase-timers.ts';

/** What there is when other processes serve the same users. */
interface SharedRuns {
  sharedLog: SharedLog;
  peers: Peers;
}

export interface RunsPorts {
  eventLog: EventLog;
  /** Null for a process that serves alone. */
  shared: SharedRuns | null;
  /** What runs are begun under. @throws {SluiceError} `unavailable` while others may take this process for dead */
  processId: () => string;
  providers: ReadonlyMap<string, Provider>;
  catalog: Catalog;
  limiter: RunLimiter;
  limits: Limits;
  timeouts: RunTimeouts;
  grace: GraceLimits;
  database: Database;
  findRevoked: FindRevoked;
  logger: Logger;
  /** Left out: nobody counts or traces. */
  observability?: Observability;
}
