import { randomUUID } from 'node:crypto';
import { SluiceError } from '@sluice/shared';
import { limitRuns } from './admission/limit-runs.ts';
import { type LimitBook, createLimitBook } from './admission/limit-book.ts';
import { Limits } from './admission/limits.ts';
import { shareRunPlaces } from './admission/share-run-places.ts';
import { SharedRateStore } from './admission/shared-rate-store.ts';
import { type Auth, createAuth } from './auth/auth.ts';
import { loadJwtSecret } from './auth/load-jwt-secret.ts';
import type { Catalog } from './catalog/catalog.ts';
import { type ComposedModels, composeModels } from './compose-models.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { Conversations } from './conversations/conversations.ts';
import { discardHidden } from './conversations/discard-conversation.ts';
import { keepDiscarding } from './conversations/keep-discarding.ts';
import { MemoryEventLog } from './event-log/memory-event-log.ts';
import { type RedisLink, openRedis } from './event-log/redis-link.ts';
import { RedisLogStore } from './event-log/redis-log-store.ts';
import { SharedEventLog } from './event-log/shared-event-log.ts';
import { createRedisWakeUps } from './event-log/wake-ups.ts';
import type { CreateRateStore } from './http/middleware/limit-rate.ts';
import { type Logger, createLogger } from './observability/logger.ts';
import type { Gauges } from './observability/metrics.ts';
import type { Observability } from './observability/observability.ts';
import { openObservability } from './observability/open-observability.ts';
import { endOrphans } from './runs/end-orphans.ts';
import { Peers } from './runs/peers.ts';
import { type ProcessLease, startProcessLease } from './runs/process-lease.ts';
import { Runs } from './runs/runs.ts';
import type { RunsPorts } from './runs/runs-ports.ts';
import type { Database } from './storage/database.ts';
import { openDatabase } from './storage/open-database.ts';
import { acquireServerLock } from './storage/server-lock.ts';
import { type DatabaseWatch, watchDatabase } from './storage/watch-database.ts';

/** A server without a socket: its rooms, and what is to be closed at the end. */
export interface Composition extends AsyncDisposable {
  config: Config;
  auth: Auth;
  runs: Runs;
  conversations: Conversations;
  limits: LimitBook;
  catalog: Catalog;
  models: Pick<ComposedModels, 'findOllama' | 'reload'>;
  database: Database;
  logger: Logger;
  observability: Observability;
  /** Where requests are counted, if not in this process alone. */
  createRateStore: CreateRateStore | undefined;
  /** Whether Redis is lost, where there is one: what is there can be read, and runs go on, but none begins. */
  isDegraded: () => boolean;
  /** Resolves with a line for the terminal should another server take the database: this one is to end. */
  lockLost: Promise<string>;
}

interface Loaded {
  config: Config;
  secrets: Secrets;
}

/**
 * Builds every room and hands each the ports it names. Disposing closes them in the opposite order.
 * @throws {Error} in words for the terminal when the database is another server's or cannot be opened
 */
export async function compose({ config, secrets }: Loaded): Promise<Composition> {
  await using stack = new AsyncDisposableStack();
  const { dataDir } = config;
  const logger = createLogger(config.logLevel);
  const location = { dataDir, databaseUrl: secrets.get('databaseUrl') };
  const redisUrl = secrets.get('redisUrl');
  const lock = stack.use(await acquireServerLock(location, { isShared: redisUrl !== undefined }));
  const database = stack.use(await openDatabase(location));
  const watch = stack.use(watchDatabase(database, logger));
  const secret = await loadJwtSecret({ dataDir, given: secrets.get('jwtSecret') });
  const models = stack.use(await composeModels({ config, secrets }, logger));
  const { catalog, findUpstream } = models;
  const observability = stack.use(await openObservability({ config, logger, findUpstream }));
  const { audit } = observability;
  const auth = stack.use(createAuth({ database, secret, identityProvider: config.oidc, logger, audit }));
  const limits = new Limits(database);
  const ports: CommonPorts = {
    providers: models.providers,
    catalog,
    limits,
    timeouts: config.timeouts,
    grace: config.grace,
    database,
    findRevoked: (owners) => auth.findRevoked(owners),
    logger,
    observability,
  };
  const link = redisUrl === undefined ? null : stack.use(await openRedis(redisUrl, logger));
  const runs =
    link === null
      ? await serveAlone(ports, config, stack)
      : await serveTogether(ports, { config, link, stack });
  observability.metrics.nameModels((id) => catalog.list().models.some((model) => model.id === id));
  observability.metrics.watch(createGauges({ config, runs, watch, link }));
  const conversations = new Conversations(database, audit);
  const owned = stack.move();
  const book = createLimitBook(database, limits, audit);
  const rooms = { config, auth, runs, conversations, limits: book, catalog, models, database, logger };
  return {
    ...rooms,
    observability,
    lockLost: lock.lost,
    createRateStore: link === null ? undefined : (name) => new SharedRateStore(name, link),
    isDegraded: () => link?.isAvailable === false,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function createGauges({ config, runs, watch, link }: Measured): Gauges {
  return {
    runs_running: () => runs.running.length,
    streams_open: () => runs.followerCount,
    event_log_bytes: () => runs.logBytes,
    event_log_max_bytes: () => config.eventLogBytes,
    database_up: () => Number(watch.isAnswering),
    ...(link !== null && { redis_up: () => Number(link.isAvailable) }),
  };
}

interface Measured {
  config: Config;
  runs: Runs;
  watch: DatabaseWatch;
  link: RedisLink | null;
}

type CommonPorts = Omit<RunsPorts, 'eventLog' | 'shared' | 'processId' | 'limiter'>;

/** Everything that this database says is running, or half done, has been left by a process that died. */
async function serveAlone(
  ports: CommonPorts,
  { eventLogBytes: maxBytes, maxRunsPerUser }: Config,
  stack: AsyncDisposableStack,
): Promise<Runs> {
  const { database, catalog, logger } = ports;
  const priceOf = (id: string) => catalog.priceOf(id);
  const processId = randomUUID();
  await database.processes.buryAll();
  await endOrphans({ database, sharedLog: null, priceOf, logger });
  await discardHidden(database);
  return stack.use(
    new Runs({
      ...ports,
      eventLog: stack.use(new MemoryEventLog({ maxBytes })),
      shared: null,
      processId: () => processId,
      limiter: limitRuns(maxRunsPerUser),
    }),
  );
}

/** Beside others: whoever of them finds that one has died ends what it has left. */
async function serveTogether(
  ports: CommonPorts,
  { config, link, stack }: { config: Config; link: RedisLink; stack: AsyncDisposableStack },
): Promise<Runs> {
  const { database, catalog, logger } = ports;
  // Nothing asks for it before it is there: no run has begun by then.
  const joined: { lease?: ProcessLease } = {};
  const sharedLog = stack.use(
    new SharedEventLog({
      store: new RedisLogStore(link),
      logger,
      isSurelyAlive: () => joined.lease?.isFresh === true,
      maxBytes: config.eventLogBytes,
    }),
  );
  const wakeUps = createRedisWakeUps(link);
  const peers = stack.use(new Peers({ database, sharedLog, wakeUps, logger }));
  const processId = () => joined.lease?.processId ?? '';
  const runs = stack.use(
    new Runs({
      ...ports,
      eventLog: sharedLog,
      shared: { sharedLog, peers },
      processId: () => (joined.lease?.isFresh === true ? processId() : refuseStale()),
      limiter: shareRunPlaces({
        redis: link,
        maxRunsPerUser: config.maxRunsPerUser,
        processId,
        liveProcesses: () => joined.lease?.live ?? [],
      }),
    }),
  );
  stack.use(await keepDiscarding({ database, logger }));
  joined.lease = stack.use(
    await startProcessLease({
      processes: database.processes,
      logger,
      wakeUps,
      onWake: (runId) => runs.look(runId),
      onLost: () => runs.loseAll(),
      isSeen: () => link.isAvailable,
      onLook: () => endOrphans({ database, sharedLog, priceOf: (id) => catalog.priceOf(id), logger }),
    }),
  );
  return runs;
}

/** A run that began now would be taken for one that a dead process has left. */
function refuseStale(): never {
  throw new SluiceError('unavailable', {
    detail: 'this server has lost touch with its database',
    retryAfterMs: 1000,
  });
}
