import { limitRuns } from './admission/limit-runs.ts';
import { type LimitBook, createLimitBook } from './admission/limit-book.ts';
import { Limits } from './admission/limits.ts';
import { type Auth, createAuth } from './auth/auth.ts';
import { loadJwtSecret } from './auth/load-jwt-secret.ts';
import { Catalog } from './catalog/catalog.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { Conversations } from './conversations/conversations.ts';
import { discardHidden } from './conversations/discard-conversation.ts';
import { MemoryEventLog } from './event-log/memory-event-log.ts';
import { type Logger, createLogger } from './observability/logger.ts';
import { createAnthropicProvider } from './providers/anthropic/anthropic-provider.ts';
import { createDemoProvider } from './providers/demo/demo-provider.ts';
import { createOpenaiProvider } from './providers/openai/openai-provider.ts';
import type { Provider } from './providers/provider.ts';
import { recoverRuns } from './runs/recover-runs.ts';
import { Runs } from './runs/runs.ts';
import type { Database } from './storage/database.ts';
import { openDatabase } from './storage/open-database.ts';
import { acquireServerLock } from './storage/server-lock.ts';
import { watchDatabase } from './storage/watch-database.ts';

/** A server without a socket: its rooms, and what is to be closed at the end. */
export interface Composition extends AsyncDisposable {
  config: Config;
  auth: Auth;
  runs: Runs;
  conversations: Conversations;
  limits: LimitBook;
  catalog: Catalog;
  database: Database;
  logger: Logger;
  /** Resolves with a line for the terminal should another server take the database: this one is to end. */
  lockLost: Promise<string>;
}

/**
 * Builds every room and hands each the ports it names. Disposing closes them in the opposite order.
 * @throws {Error} in words for the terminal when the database is another server's or cannot be opened
 */
export async function compose({
  config,
  secrets,
}: {
  config: Config;
  secrets: Secrets;
}): Promise<Composition> {
  await using stack = new AsyncDisposableStack();
  const { dataDir } = config;
  const logger = createLogger(config.logLevel);
  const location = { dataDir, databaseUrl: secrets.get('databaseUrl') };
  const { lost: lockLost } = stack.use(await acquireServerLock(location));
  const database = stack.use(await openDatabase(location));
  stack.use(watchDatabase(database, logger));
  const secret = await loadJwtSecret({ dataDir, given: secrets.get('jwtSecret') });
  const auth = stack.use(createAuth({ database, secret, identityProvider: config.oidc, logger }));
  const providers = createProviders(secrets, config, stack);
  const catalog = new Catalog(providers.keys());
  const limits = new Limits(database);
  await recoverRuns({ database, logger });
  await discardHidden(database);
  const runs = stack.use(
    new Runs({
      eventLog: stack.use(new MemoryEventLog({ maxBytes: config.eventLogBytes })),
      providers,
      catalog,
      limiter: limitRuns(config.maxRunsPerUser),
      limits,
      timeouts: config.timeouts,
      grace: config.grace,
      database,
      findRevoked: (owners) => auth.findRevoked(owners),
      logger,
    }),
  );
  const owned = stack.move();
  const conversations = new Conversations(database);
  const book = createLimitBook(database, limits);
  const rooms = { config, auth, runs, conversations, limits: book, catalog, database, logger, lockLost };
  return { ...rooms, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The demo is there only while nothing else is. */
function createProviders(
  secrets: Secrets,
  config: Config,
  stack: AsyncDisposableStack,
): Map<string, Provider> {
  const providers: Provider[] = [];
  const anthropicKey = secrets.get('anthropicApiKey');
  const openaiKey = secrets.get('openaiApiKey');
  if (anthropicKey !== undefined) {
    providers.push(stack.use(createAnthropicProvider({ apiKey: anthropicKey, ...config.anthropic })));
  }
  if (openaiKey !== undefined) {
    providers.push(stack.use(createOpenaiProvider({ apiKey: openaiKey, ...config.openai })));
  }
  if (providers.length === 0) providers.push(createDemoProvider());
  return new Map(providers.map((provider) => [provider.id, provider]));
}
