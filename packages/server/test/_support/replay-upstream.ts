import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { randomOf } from './fake-upstream-answer.ts';

/** An answer as it goes over the wire, to the last byte. */
export interface Replay {
  status?: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** How the body is cut into HTTP chunks, each a read of its own on the other side. Default: one chunk. */
  split?: 'bytes' | 'random';
  seed?: number;
  /** Whether the socket is closed after the body, in the middle of the response. */
  isCut?: boolean;
}

/** Answers every request with the bytes it was given last, on bare sockets: nothing between the test and the wire. */
export interface ReplayUpstream extends AsyncDisposable {
  url: string;
  play(replay: Replay): void;
}

export async function startReplayUpstream(): Promise<ReplayUpstream> {
  const sockets = new Set<Socket>();
  let answer: Buffer = Buffer.alloc(0);
  let isCut = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    readRequests(socket, () => {
      if (isCut) socket.end(answer);
      else socket.write(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    play(replay) {
      answer = encode(replay);
      isCut = replay.isCut ?? false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Calls back for each request that has come whole; they have a content-length or no body. */
function readRequests(socket: Socket, onRequest: () => void): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    for (;;) {
      const headEnd = waiting.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const head = waiting.toString('latin1', 0, headEnd);
      const end = headEnd + 4 + Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (waiting.length < end) return;
      waiting = waiting.subarray(end);
      onRequest();
    }
  });
}

function encode({ status = 200, headers, body, split, seed = 1, isCut = false }: Replay): Buffer {
  const lines = Object.entries({ ...headers, 'transfer-encoding': 'chunked' }).map((pair) => pair.join(': '));
  const parts: Buffer[] = [Buffer.from(`HTTP/1.1 ${status} Replayed\r\n${lines.join('\r\n')}\r\n\r\n`)];
  const random = randomOf(seed);
  const sizes = { bytes: () => 1, random: () => 1 + Math.floor(random() * 37) };
  const sizeOf = split === undefined ? () => body.length : sizes[split];
  for (let at = 0; at < body.length;) {
    const piece = body.subarray(at, at + sizeOf());
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  if (!isCut) parts.push(Buffer.from('0\r\n\r\n'));
  return Buffer.concat(parts);
}
