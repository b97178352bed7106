import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface BreakableProxy extends AsyncDisposable {
  url: string;
  /** Cuts every connection that there is; new ones are let through. */
  breakAll(): void;
}

/** Stands between a browser and a server, as networks do. */
export async function startBreakableProxy(target: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy = net.createServer((socket) => {
    const upstream = net.connect(Number(port), hostname);
    track(socket);
    track(upstream);
    socket.pipe(upstream).pipe(socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    breakAll,
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close');
      proxy.close();
      breakAll();
      await closed;
    },
  };
}
