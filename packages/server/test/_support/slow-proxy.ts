import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface SlowProxy extends AsyncDisposable {
  /** The target's, with another port. */
  url: string;
  /** How much later each side hears what the other says, from now on; 0 to begin with. */
  delayMs: number;
}

/** Stands between a client and a server as a long line does: all comes, whole and in order, and late. */
export async function startSlowProxy(target: string): Promise<SlowProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const line = { delayMs: 0 };
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    let last = Promise.resolve();
    const later = (tell: () => void) => {
      const due = new Promise((resolve) => setTimeout(resolve, line.delayMs));
      last = Promise.all([last, due]).then(tell);
    };
    from.on('error', () => undefined);
    from.on('data', (bytes) => later(() => to.write(bytes)));
    from.on('end', () => later(() => to.end()));
    from.on('close', () => {
      sockets.delete(from);
      later(() => to.destroy());
    });
  };
  const proxy = net.createServer((socket) => {
    const other = net.connect(Number(port), hostname);
    pass(socket, other);
    pass(other, socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(target);
  url.port = String((proxy.address() as AddressInfo).port);
  return Object.assign(line, {
    url: url.href,
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  });
}
