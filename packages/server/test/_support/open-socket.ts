import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import type { TestServer } from './start-server.ts';

/** A frame of the server's, whatever its type. */
export interface Frame {
  type: string;
  id?: string;
  seq?: number;
  [field: string]: unknown;
}

export interface TestSocket extends Disposable {
  readonly ws: WebSocket;
  /** All that have come. */
  readonly frames: readonly Frame[];
  /** A string is sent as it is. */
  send(message: object | string): void;
  /** @returns the first frame of a type, of an id if one is given, that has come or comes */
  sees(type: string, id?: string): Promise<Frame>;
  /** Waits until what has come fits. */
  until(isEnough: (frames: readonly Frame[]) => boolean): Promise<void>;
  /** The text of all tokens under an id, or of all. */
  text(id?: string): string;
  /** How the server closed it, or that the connection broke: 1006. */
  closed: Promise<{ code: number; reason: string }>;
}

export interface SocketWish {
  /** As a subprotocol; the server's own token unless given, none with ''. */
  token?: string;
  protocols?: string[];
  path?: string;
  options?: ClientOptions;
}

/** Whose socket, and who asks. */
type Asked = Pick<TestServer, 'url' | 'token'>;

const socketUrl = ({ url }: { url: string }, path = '/api/ws') => url.replace('http', 'ws') + path;

/** @returns a socket that is open */
export async function openSocket(server: Asked, wish: SocketWish = {}): Promise<TestSocket> {
  const socket = wrap(connect(server, wish));
  await once(socket.ws, 'open');
  return socket;
}

/** @returns the response to a request for a socket that is refused */
export async function refusedSocket(
  server: Asked,
  wish: SocketWish = {},
): Promise<{ status: number; headers: Record<string, string>; body: { code?: string; detail?: string } }> {
  const ws = connect(server, wish);
  ws.on('error', () => undefined);
  const [response] = await Promise.race([
    once(ws, 'unexpected-response').then(([, incoming]) => [incoming]),
    once(ws, 'open').then(() => {
      ws.terminate();
      throw new Error('the socket was opened');
    }),
  ]);
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(text) };
}

function connect(server: Asked, { token, protocols, path, options }: SocketWish): WebSocket {
  const bearer = token === '' ? [] : [`bearer.${token ?? server.token}`];
  return new WebSocket(socketUrl(server, path), protocols ?? ['sluice', ...bearer], options);
}

function wrap(ws: WebSocket): TestSocket {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  ws.on('error', () => undefined);
  ws.on('message', (message) => {
    frames.push(JSON.parse((message as Buffer).toString()) as Frame);
    for (const look of waiting) look();
  });
  const closed = once(ws, 'close').then(([code, reason]) => ({
    code: code as number,
    reason: String(reason),
  }));
  const until = (isEnough: (seen: readonly Frame[]) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!isEnough(frames)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    ws,
    frames,
    closed,
    until,
    send: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async sees(type, id) {
      const find = () => frames.find((frame) => frame.type === type && (id === undefined || frame.id === id));
      await until(() => find() !== undefined);
      return find()!;
    },
    text: (id) =>
      frames
        .map((frame) =>
          frame.type === 'token' && (id === undefined || frame.id === id) ? String(frame['content']) : '',
        )
        .join(''),
    [Symbol.dispose]: () => ws.terminate(),
  };
}
