import { once } from 'node:events';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import type { Composition } from './compose.ts';
import { PublicAddress } from './http/public-address.ts';
import { refuseUnreadable } from './http/refuse-unreadable.ts';
import { serveMetrics } from './observability/serve-metrics.ts';
import { WebSockets, asksForWebSocket } from './transport/web-sockets.ts';

/** An open port; disposing closes it at once, with every connection. */
export interface Listening extends AsyncDisposable {
  /** Where it listens: what a browser on this machine can open. */
  url: string;
  /** Undefined: nothing is counted. */
  metricsUrl: string | undefined;
  address: PublicAddress;
  /** Takes no new connections, lets running answers end and be read for `drainMs`, ends what is left. */
  drain: () => Promise<void>;
}

/** How long the head of a request may take to come, and all of it, bodies of a slow line included; looked at every half minute. */
const HEAD_MS = 60_000;
const REQUEST_MS = 300_000;
/** Above nginx's 60 s: the side that opened a kept connection is the one to let it go. */
const KEEP_ALIVE_MS = 75_000;
/** After so much unsent a stream waits for its reader; the rest stays in the log, where it is shared. */
const SOCKET_QUEUE_BYTES = 16 * 1024;
/** What is left to say when the drain is over: that the answer was interrupted. */
const LAST_WORDS_MS = 2000;
const pageFolder = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Opens the listening port and lets requests in. */
export async function listen(rooms: Composition): Promise<Listening> {
  const { config, runs, database } = rooms;
  const server = createServer({
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    highWaterMark: SOCKET_QUEUE_BYTES,
    shouldUpgradeCallback: asksForWebSocket,
  });
  const unused = trackUnused(server);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => closeNow(server));
  const sockets = stack.use(new WebSockets());
  const metricsUrl = await openMetrics(rooms, { server, sockets, stack });
  // Nothing is waited for from here until requests are heard: one that came between would never be answered.
  await open(server, config);
  const url = `http://${urlHost(config.host)}:${(server.address() as AddressInfo).port}`;
  const address = new PublicAddress(config.publicUrl ?? url);
  const isReady = async () => {
    if (runs.isDraining) return false;
    return database.ping().then(
      () => true,
      () => false,
    );
  };
  const app = createApp({ ...rooms, address, isReady, pageFolder, sockets });
  server.on('request', app);
  // Of what a client may expect only `100-continue` means anything; Node's own answer to others would have none of our headers.
  server.on('checkExpectation', app);
  refuseUnreadable(server);
  server.on('upgrade', (req, socket, head) => {
    const res = sockets.offer(req, socket as Socket, head);
    if (res !== undefined) app(req, res);
  });
  const owned = stack.move();
  return {
    url,
    metricsUrl,
    address,
    drain: () => drain({ server, unused, sockets }, rooms),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function open(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(`port ${port} is in use: end what listens there, or set PORT`, { cause: error });
  }
}

/** An address that stands for all interfaces is not one to open in a browser. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Connections that have not sent a request. Browsers open some ahead, and Node does not count those as idle. */
function trackUnused(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  for (const use of ['request', 'upgrade']) {
    server.on(use, ({ socket }: IncomingMessage) => unused.delete(socket));
  }
  return unused;
}

/** What only the sockets know, and the port where all is asked for. */
async function openMetrics(
  { config, observability }: Composition,
  { server, sockets, stack }: { server: Server; sockets: WebSockets; stack: AsyncDisposableStack },
): Promise<string | undefined> {
  const { metrics } = observability;
  const { host, metricsPort: port } = config;
  if (metrics.page === undefined || port === null) return undefined;
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  metrics.watch({
    connections_open: () => open.size,
    websockets_open: () => sockets.count,
    socket_queue_bytes: () => open.values().reduce((sum, { writableLength }) => sum + writableLength, 0),
  });
  return stack.use(await serveMetrics(metrics.page, { host, port })).url;
}

interface Door {
  server: Server;
  unused: ReadonlySet<Socket>;
  sockets: WebSockets;
}

async function drain({ server, unused, sockets }: Door, { config, runs }: Composition): Promise<void> {
  const until = performance.now() + config.drainMs;
  const closed = once(server, 'close');
  server.close();
  sockets.drain();
  // close() waits for kept connections, and a connection becomes idle only when its last answer has ended.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    for (const socket of unused) socket.destroy();
  }, 100);
  await runs.drain(config.drainMs);
  // A run that has ended may still have a reader who is behind.
  const leftMs = Math.max(LAST_WORDS_MS, until - performance.now());
  const deadline = setTimeout(() => {
    server.closeAllConnections();
    void sockets[Symbol.asyncDispose]();
  }, leftMs);
  await closed;
  clearTimeout(deadline);
  clearInterval(sweep);
}

async function closeNow(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
