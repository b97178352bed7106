import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import type { Composition } from './compose.ts';
import { PublicAddress } from './http/public-address.ts';

export interface Listening {
  /** Where it listens: what a browser on this machine can open. */
  url: string;
  address: PublicAddress;
  /** Takes no new connections, lets running answers end for `drainMs`, closes what is left. */
  drain: () => Promise<void>;
}

/** Above nginx's 60 s: the side that opened a kept connection is the one to let it go. */
const KEEP_ALIVE_MS = 75_000;
const pageFolder = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Opens the listening port and lets requests in. */
export async function listen(rooms: Composition): Promise<Listening> {
  const { config, runs, database } = rooms;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const url = `http://${urlHost(config.host)}:${(server.address() as AddressInfo).port}`;
  const address = new PublicAddress(config.publicUrl ?? url);
  const isReady = async () => {
    if (runs.isDraining) return false;
    return database.ping().then(
      () => true,
      () => false,
    );
  };
  server.on('request', createApp({ ...rooms, address, isReady, pageFolder }));
  return { url, address, drain: () => drain(server, rooms) };
}

/** An address that stands for all interfaces is not one to open in a browser. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

async function drain(server: Server, { config, runs }: Composition): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // close() waits for kept connections, and a connection becomes idle only when its last answer has ended.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await runs.drain(config.drainMs);
  const deadline = setTimeout(() => server.closeAllConnections(), 2000);
  await closed;
  clearTimeout(deadline);
  clearInterval(sweep);
}
