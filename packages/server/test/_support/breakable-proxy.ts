import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface BreakableProxy extends AsyncDisposable {
  url: string;
  /** Connections that were cut in the middle of an answer by `bytesUntilCut`. */
  readonly cuts: number;
  /** Cuts every connection that there is; new ones are let through. */
  breakAll(): void;
  /** Lets nothing through any more on the connections that there are, and says nothing of it: as a machine finds them that slept. */
  silenceAll(): void;
}

/**
 * Stands between a client and a server, as networks do; or several, whose connections take turns.
 * @param bytesUntilCut asked once for each connection: after how many bytes of the server's it is cut, by RST or FIN in turn
 */
export async function startBreakableProxy(
  target: string | readonly string[],
  bytesUntilCut: () => number = () => Infinity,
): Promise<BreakableProxy> {
  const targets = [target].flat();
  let connections = 0;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  let silences = 0;
  let cuts = 0;
  const proxy = net.createServer((socket) => {
    const { hostname, port } = new URL(targets[(connections += 1) % targets.length] ?? '');
    const upstream = net.connect(Number(port), hostname);
    track(socket);
    track(upstream);
    let left = bytesUntilCut();
    const bornIn = silences;
    socket.on('data', (bytes) => bornIn === silences && upstream.write(bytes));
    socket.on('end', () => upstream.end());
    upstream.on('data', (bytes) => {
      if (bornIn !== silences) return;
      socket.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0 || socket.destroyed) return;
      cuts += 1;
      upstream.destroy();
      if (cuts % 2 === 0) socket.resetAndDestroy();
      else socket.destroySoon();
    });
    upstream.on('close', () => socket.destroySoon());
    socket.on('close', () => upstream.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    breakAll,
    silenceAll: () => (silences += 1),
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close');
      proxy.close();
      breakAll();
      await closed;
    },
  };
}
