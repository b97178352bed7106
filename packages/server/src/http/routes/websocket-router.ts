import { SluiceError } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import { groupAddress } from '../../auth/address-group.ts';
import { requireScope } from '../../auth/require-scope.ts';
import { nameRoute, nameUser } from '../../observability/request-scope.ts';
import { PROTOCOL, type WebSockets } from '../../transport/web-sockets.ts';
import type { RateLimits } from '../middleware/limit-rate.ts';
import type { PublicAddress } from '../public-address.ts';
import '../request-context.ts';
import { routeOf } from '../route-of.ts';
import { Session, type SessionPorts } from '../websocket/session.ts';
import { SocketPlaces } from '../websocket/socket-places.ts';

export interface WebSocketRouterPorts extends Omit<SessionPorts, 'places' | 'rates'> {
  sockets: WebSockets;
  rates: Pick<RateLimits, 'byAddress' | 'byUser' | 'countRunStart' | 'countRequest'>;
  address: PublicAddress;
  corsOrigins: readonly string[];
}

/** Requests to go on as a WebSocket: refused as any other is, or let in. What is said over it is the session's. */
export function webSocketRouter({ sockets, address, corsOrigins, ...ports }: WebSocketRouterPorts): Router {
  const { auth, runs, rates, logger } = ports;
  const places = new SocketPlaces();
  const router = Router();
  const path = [
    requireUpgrade(sockets),
    requireKnownOrigin(address, corsOrigins),
    identifySocket(auth),
    rates.byAddress,
    // Who brings no token has a moment to send one.
    onlyIfKnown(rates.byUser),
  ];

  router.get('/api/ws', ...path, (req) => {
    const { principal } = req;
    nameRoute(routeOf(req));
    if (principal !== undefined) requireScope(principal, 'chat');
    if (runs.isDraining) throw new SluiceError('draining', { retryAfterMs: 5000 });
    using held = new DisposableStack();
    held.use(
      principal === undefined
        ? places.take('address', groupAddress(req.ip ?? ''))
        : places.take('user', principal.userId),
    );
    sockets.accept(req, (socket) => {
      const opening = { token: readToken(req), principal, place: held.move() };
      const session = new Session({ auth, runs, rates, places, logger }, socket, opening);
      session.hear().catch((error: unknown) => {
        logger.error({ requestId: req.id, err: error }, 'a WebSocket failed');
        socket.destroy();
      });
      return session;
    });
  });
  return router;
}

function requireUpgrade(sockets: WebSockets): RequestHandler {
  return (req, res, next) => {
    if (sockets.isOffered(req)) return next();
    res.setHeader('Upgrade', 'websocket');
    throw new SluiceError('invalid_request', { detail: 'this is a WebSocket: send Upgrade: websocket' });
  };
}

/** Browsers open sockets for pages from anywhere, and say from where; programs say nothing. */
function requireKnownOrigin(address: PublicAddress, corsOrigins: readonly string[]): RequestHandler {
  return (req, _res, next) => {
    const { origin } = req.headers;
    if (origin === undefined || address.isOwnOrigin(origin) || corsOrigins.includes(origin)) return next();
    throw new SluiceError('origin_not_allowed', {
      detail: `Origin must be ${address.url.origin}, or one of CORS_ORIGINS`,
    });
  };
}

function identifySocket(auth: SessionPorts['auth']): RequestHandler {
  return async (req, _res, next) => {
    const token = readToken(req);
    if (token === undefined) return next();
    try {
      req.principal = await auth.authenticate(token);
      nameUser(req.principal.userId);
    } catch (error) {
      req.identityError = error;
    }
    next();
  };
}

function onlyIfKnown(limit: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (req.principal === undefined) next(req.identityError);
    else void limit(req, res, next);
  };
}

/**
 * @returns the token of `Sec-WebSocket-Protocol: sluice, bearer.<JWT>`, the one header that a page can set; or of `Authorization`,
 * for programs
 * @throws {SluiceError} `invalid_request` for protocols of which none could be answered with
 */
function readToken(req: Request): string | undefined {
  const offered = req.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  if (offered.length > 0 && !offered.includes(PROTOCOL)) {
    throw new SluiceError('invalid_request', {
      detail: 'Sec-WebSocket-Protocol: must name sluice, as in "sluice, bearer.<JWT>"',
    });
  }
  const bearer = offered.find((name) => name.startsWith('bearer.'));
  if (bearer !== undefined) return bearer.slice('bearer.'.length);
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' ? token : undefined;
}
