import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface CuttingProxy extends AsyncDisposable {
  url: string;
  /** Connections that were cut while the server was answering. */
  cuts: number;
}

/** Between a client and a server: cuts every connection, by RST or FIN, after some bytes of the server's. */
export async function startCuttingProxy(
  target: string,
  { random, maxBytes }: { random: () => number; maxBytes: number },
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  };
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    keep(client);
    keep(upstream);
    let left = Math.floor(random() * maxBytes);
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      client.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0 || client.destroyed) return;
      proxy.cuts += 1;
      upstream.destroy();
      if (random() < 0.5) client.resetAndDestroy();
      else client.destroySoon();
    });
    upstream.on('close', () => client.destroySoon());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
