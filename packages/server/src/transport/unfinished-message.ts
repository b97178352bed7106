import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** Of a client's ping or pong, beside what it says: flags, length, and mask. */
const CONTROL_FRAME_BYTES = 6;

/** Watches for a message that has begun to come and does not come to its end. */
export class UnfinishedMessage implements Disposable {
  readonly #raw: Socket;
  readonly #ms: number;
  readonly #onLate: () => void;
  /** That have come since the last whole message, but for signs of life, which may stand amid a message and end none. */
  #bytes = 0;
  #deadline: NodeJS.Timeout | undefined;
  readonly #count = (chunk: Buffer) => {
    this.#bytes += chunk.length;
    this.#deadline ??= setTimeout(this.#onLate, this.#ms);
  };

  /** @param raw the socket below `ws`, which reads it already */
  constructor(ws: WebSocket, raw: Socket, { ms, onLate }: { ms: number; onLate: () => void }) {
    this.#raw = raw;
    this.#ms = ms;
    this.#onLate = onLate;
    // Before ws looks what is in it.
    raw.prependListener('data', this.#count);
    const takeControl = ({ length }: Buffer) => this.#settle(this.#bytes - length - CONTROL_FRAME_BYTES);
    ws.on('ping', takeControl);
    ws.on('pong', takeControl);
    // What came in one piece with its end is not counted: it is little.
    ws.on('message', () => this.#settle(0));
  }

  [Symbol.dispose](): void {
    this.#raw.off('data', this.#count);
    clearTimeout(this.#deadline);
  }

  #settle(bytes: number): void {
    this.#bytes = Math.max(0, bytes);
    if (this.#bytes > 0) return;
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }
}
