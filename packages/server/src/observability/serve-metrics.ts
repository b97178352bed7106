import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

export interface MetricsListener extends AsyncDisposable {
  url: string;
}

/**
 * Answers `GET /metrics` on a port of its own, to whoever can reach it.
 * @throws {Error} in words for the terminal when the port is in use
 */
export async function serveMetrics(
  page: NonNullable<Metrics['page']>,
  { host, port }: { host: string; port: number },
): Promise<MetricsListener> {
  const server = createServer(async (req, res) => {
    if (req.method !== 'GET' || req.url?.split('?')[0] !== '/metrics') {
      res.writeHead(404).end();
      return;
    }
    try {
      const text = await page.render();
      res.writeHead(200, { 'content-type': page.contentType }).end(text);
    } catch {
      res.writeHead(500).end();
    }
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(`port ${port} is in use: set another METRICS_PORT`, { cause: error });
  }
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
