// In: requests to go on as a WebSocket. Out: those that were let in, kept alive until they end or the server does.
// Never: compression, nor a message of more than the chat routes take.
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '@sluice/shared';
import { WebSocketServer } from 'ws';
import { FrameSocket, closeCode } from './frame-socket.ts';

/** What a socket was opened for. */
export interface SocketUser {
  /** The server is to end: nothing new is begun, and the socket closes once all that was asked is answered. */
  endSoon(): void;
}

interface Offer {
  socket: Socket;
  head: Buffer;
  res: ServerResponse;
}

export interface WebSocketsOptions {
  /** Between two signs of life that are asked for. */
  pingMs?: number;
  /** A peer that gives none for so long is dropped. */
  deadAfterMs?: number;
  stuckReaderMs?: number;
  /** How long a message may take to come, from its first bytes. */
  messageMs?: number;
}

const MAX_MESSAGE_BYTES = 20 * 1024 * 1024;
const MAX_UNTRUSTED_BYTES = 128 * 1024;
const LAST_PATIENCE_MS = 300;

/** The protocol that this server answers with, whatever else a client offers beside it. */
export const PROTOCOL = 'sluice';

/** Whether a request is to go on as a WebSocket; for `createServer`. Other wishes for another protocol are not heard. */
export function asksForWebSocket({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && url.split('?')[0] === '/api/ws' && headers.upgrade?.toLowerCase() === 'websocket'
  );
}

export class WebSockets implements AsyncDisposable {
  readonly #server: WebSocketServer;
  readonly #options: Required<WebSocketsOptions>;
  readonly #offers = new WeakMap<IncomingMessage, Offer>();
  readonly #users = new Map<FrameSocket, SocketUser>();
  readonly #timer: NodeJS.Timeout;
  /** Of the handshake that is being looked at. */
  #refusal: string | undefined;

  constructor(options: WebSocketsOptions = {}) {
    const { pingMs = 25_000, deadAfterMs = 75_000, stuckReaderMs = 30_000, messageMs = 60_000 } = options;
    this.#options = { pingMs, deadAfterMs, stuckReaderMs, messageMs };
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
    });
    this.#server.on('wsClientError', (error) => {
      this.#refusal = error.message;
    });
    this.#server.on('headers', (lines, req) => {
      for (const [name, value] of Object.entries(this.#offers.get(req)?.res.getHeaders() ?? {})) {
        lines.push(`${name}: ${String(value)}`);
      }
    });
    this.#timer = setInterval(() => {
      for (const socket of this.#users.keys()) socket.probe(deadAfterMs);
    }, pingMs);
    this.#timer.unref();
  }

  /**
   * Gives a request that asks for a WebSocket what every other has: a response. With it the request goes through the app, which
   * answers as to any other, or accepts.
   * @returns undefined for one that cannot be answered: what was asked before on its connection is not answered yet
   */
  offer(req: IncomingMessage, socket: Socket, head: Buffer): ServerResponse | undefined {
    // Its loss is told by `close`.
    socket.on('error', () => undefined);
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    try {
      res.assignSocket(socket);
    } catch {
      socket.destroy();
      return undefined;
    }
    res.once('finish', () => {
      res.detachSocket(socket);
      socket.destroySoon();
      // As Node's own server does for what it has answered: who waits for the end of a response waits for this.
      process.nextTick(() => res.emit('close'));
    });
    this.#offers.set(req, { socket, head, res });
    return res;
  }

  /** Those that are open. */
  get count(): number {
    return this.#users.size;
  }

  /** Whether a request asks for a WebSocket, and has not got one yet. */
  isOffered(req: IncomingMessage): boolean {
    return this.#offers.has(req);
  }

  /**
   * Opens the socket, with the headers that its response has by now.
   * @param use called at once with the socket; or never, when the peer has left meanwhile
   * @throws {SluiceError} `invalid_request` when the handshake is none: the response is still to be sent then
   */
  accept(req: IncomingMessage, use: (socket: FrameSocket) => SocketUser): void {
    const offer = this.#offers.get(req);
    if (offer === undefined) throw new Error('only what was offered can be accepted');
    const { socket: raw, head, res } = offer;
    this.#refusal = undefined;
    this.#server.handleUpgrade(req, raw, head, (ws) => {
      res.detachSocket(raw);
      const socket = new FrameSocket(ws, raw, { ...this.#options, maxUntrustedBytes: MAX_UNTRUSTED_BYTES });
      this.#users.set(socket, use(socket));
      void socket.gone.then(() => this.#users.delete(socket));
    });
    const detail = this.#refusal as string | undefined;
    if (detail !== undefined) throw new SluiceError('invalid_request', { detail });
    this.#offers.delete(req);
  }

  /** Tells all that the server is to end. */
  drain(): void {
    for (const user of this.#users.values()) user.endSoon();
  }

  /** Closes all that are left, and waits no longer than a moment for their peers. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    const sockets = [...this.#users.keys()];
    for (const socket of sockets) socket.close(closeCode.goingAway, 'the server ends');
    await Promise.race([Promise.all(sockets.map(({ gone }) => gone)), sleep(LAST_PATIENCE_MS)]);
    for (const socket of sockets) socket.destroy();
  }
}
