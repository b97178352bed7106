import express, { type Express } from 'express';
import type { LimitBook } from './admission/limit-book.ts';
import type { Auth } from './auth/auth.ts';
import type { Scope } from './auth/scope.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Config } from './config/config.ts';
import { readVersion } from './config/read-version.ts';
import type { Conversations } from './conversations/conversations.ts';
import { allowOrigins } from './http/middleware/allow-origins.ts';
import { assignRequestId } from './http/middleware/assign-request-id.ts';
import { authenticate, identify, requireSession } from './http/middleware/authenticate.ts';
import { checkHost } from './http/middleware/check-host.ts';
import { forbidStoring } from './http/middleware/forbid-storing.ts';
import { type CreateRateStore, createRateLimits } from './http/middleware/limit-rate.ts';
import { secureHeaders } from './http/middleware/secure-headers.ts';
import { noteRequests } from './http/middleware/note-requests.ts';
import { nameRequest, sendDialectError } from './http/middleware/send-dialect-error.ts';
import { refuseUnknownRoute, sendProblem } from './http/middleware/send-problem.ts';
import type { PublicAddress } from './http/public-address.ts';
import { adminUsersRouter } from './http/routes/admin-users-router.ts';
import { aiSdkRouter } from './http/routes/ai-sdk-router.ts';
import { authRouter } from './http/routes/auth-router.ts';
import { chatRouter } from './http/routes/chat-router.ts';
import { conversationContentsRouter } from './http/routes/conversation-contents-router.ts';
import { conversationsRouter } from './http/routes/conversations-router.ts';
import { dialectsRouter } from './http/routes/dialects-router.ts';
import { docsRouter } from './http/routes/docs-router.ts';
import { doctorRouter } from './http/routes/doctor-router.ts';
import { healthRouter } from './http/routes/health-router.ts';
import { limitsRouter } from './http/routes/limits-router.ts';
import { meRouter } from './http/routes/me-router.ts';
import { modelsRouter } from './http/routes/models-router.ts';
import { pageRouter } from './http/routes/page-router.ts';
import { runsRouter } from './http/routes/runs-router.ts';
import { sharesRouter } from './http/routes/shares-router.ts';
import { usageRouter } from './http/routes/usage-router.ts';
import { tokensRouter } from './http/routes/tokens-router.ts';
import { webSocketRouter } from './http/routes/websocket-router.ts';
import type { Logger } from './observability/logger.ts';
import type { Observability } from './observability/observability.ts';
import type { Runs } from './runs/runs.ts';
import type { Database } from './storage/database.ts';
import type { WebSockets } from './transport/web-sockets.ts';

/** The rooms that requests reach, built by compose. */
export interface Rooms {
  config: Config;
  address: PublicAddress;
  auth: Auth;
  runs: Runs;
  conversations: Conversations;
  limits: LimitBook;
  database: Database;
  catalog: Catalog;
  logger: Logger;
  observability: Observability;
  /** Folder of the built page. */
  pageFolder: string;
  /** May the server take work now. */
  isReady: () => Promise<boolean>;
  /** Where requests are counted, if not in this process alone. */
  createRateStore: CreateRateStore | undefined;
  /** Whether Redis is lost, where there is one. */
  isDegraded: () => boolean;
  /** What requests for one are offered to. */
  sockets: WebSockets;
}

/** The path of a request, in order. */
export function createApp(rooms: Rooms): Express {
  const { config, address, auth, runs, conversations, database, catalog, logger } = rooms;
  const { metrics, audit } = rooms.observability;
  const rates = createRateLimits(config.rateLimitPerMinute, rooms.createRateStore, (limit) =>
    metrics.noteRateRefusal(limit),
  );
  const known = [identify(auth), rates.byAddress];
  const admitTo = (scope: Scope) => [...known, authenticate(scope), rates.byUser];
  const admit = admitTo('chat');
  const admitStart = [...known, authenticate('chat'), rates.runStarts];
  const { heartbeatMs, trustProxy } = config;

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', config.trustProxy);
  app.set('query parser', 'simple');
  app.use(assignRequestId);
  app.use('/v1', nameRequest);
  app.use(secureHeaders(address));
  app.use(['/api', '/v1'], forbidStoring);
  app.use(healthRouter(rooms));
  app.use(noteRequests({ logger, metrics, audit }));
  app.use(doctorRouter({ auth, address, rates, heartbeatMs, trustProxy, version: readVersion() }));
  app.use(checkHost(address));
  app.use(allowOrigins(config.corsOrigins));
  app.use(chatRouter({ runs, admit: admitStart, heartbeatMs }));
  app.use(runsRouter({ runs, admit, heartbeatMs }));
  app.use(aiSdkRouter({ runs, admit, admitStart, heartbeatMs }));
  app.use(dialectsRouter({ auth, rates, runs, catalog, heartbeatMs }));
  app.use(webSocketRouter({ ...rooms, rates, corsOrigins: config.corsOrigins }));
  app.use(conversationsRouter({ conversations, runs, admit: admitTo('history') }));
  app.use(conversationContentsRouter({ conversations, admit: admitTo('history') }));
  app.use(
    sharesRouter({ conversations, address, limitByAddress: rates.byAddress, admit: admitTo('history') }),
  );
  app.use(usageRouter({ database, admit: admitTo('usage') }));
  app.use(modelsRouter({ catalog, admit }));
  app.use(authRouter({ auth, address, limitByAddress: rates.byAddress }));
  app.use(meRouter({ account: auth.account, admit, admitSession: [...admit, requireSession] }));
  app.use(tokensRouter({ tokens: auth.tokens, admitSession: [...admit, requireSession] }));
  const admitAdmin = [...admitTo('admin'), requireSession];
  app.use(adminUsersRouter({ users: auth.users, admitAdmin }));
  app.use(limitsRouter({ limits: rooms.limits, catalog, admit, admitAdmin }));
  app.use(docsRouter(rooms.pageFolder));
  app.use(pageRouter(rooms.pageFolder));
  app.use(refuseUnknownRoute);
  app.use('/v1', sendDialectError(logger));
  app.use(sendProblem(logger));
  return app;
}
