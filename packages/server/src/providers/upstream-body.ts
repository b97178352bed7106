import type { IncomingMessage } from 'node:http';

/** What may wait here for a consumer that is behind; then the upstream has to wait too. */
const MAX_WAITING_BYTES = 256 * 1024;
/** How long and how much is read past the answer's end for the sake of the connection: trailers come here, and keep-alive needs it. */
const MAX_DRAIN_MS = 2_000;
const MAX_DRAIN_BYTES = 1024 * 1024;

/**
 * The bytes of one event stream. One promise for each time bytes come, however many `data` events they make: Node emits one for
 * each HTTP chunk of a read, and all of them before any waiting promise goes on.
 */
export class UpstreamBody {
  readonly #incoming: IncomingMessage;
  readonly #signal: AbortSignal;
  readonly #abort: () => void;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #wake: (() => void) | undefined;
  #hasEnded = false;
  /** Whether anything at all came after the headers. */
  hasBytes = false;
  /** Why the connection broke, when the end was not a clean one. */
  failure: Error | undefined;

  constructor(incoming: IncomingMessage, signal: AbortSignal) {
    this.#incoming = incoming;
    this.#signal = signal;
    // The SDKs tie their own abort listener to the Response, which may be collected while its stream is being read.
    this.#abort = () => incoming.destroy();
    signal.addEventListener('abort', this.#abort, { once: true });
    if (signal.aborted) incoming.destroy();
    incoming.on('data', (chunk: Buffer) => this.#take(chunk));
    incoming.on('error', (error: Error) => (this.failure = error));
    incoming.once('end', () => this.#end());
    incoming.once('close', () => this.#end());
  }

  /**
   * @returns all that has come since the last call, as soon as there is something; `undefined` at the end, clean or not
   * @throws the signal's reason
   */
  async read(): Promise<readonly Buffer[] | undefined> {
    if (this.#waitingBytes === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#signal.throwIfAborted();
    if (this.#waitingBytes === 0) return undefined;
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#incoming.isPaused()) this.#incoming.resume();
    return chunks;
  }

  /**
   * Reads what is left after the API's terminal, so that the connection can be used again.
   *
   * @returns it, as `read` does, to its end or to the bounds of time and size
   * @throws the signal's reason
   */
  async *drain(): AsyncGenerator<readonly Buffer[], void, undefined> {
    const timer = setTimeout(() => this.#incoming.destroy(), MAX_DRAIN_MS);
    try {
      let left = MAX_DRAIN_BYTES;
      for (let chunks = await this.read(); chunks !== undefined && left > 0; chunks = await this.read()) {
        for (const chunk of chunks) left -= chunk.length;
        yield chunks;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Destroys the connection unless the body was read to its end; settles once it is closed. */
  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    const { socket } = this.#incoming;
    if (this.#incoming.readableEnded && this.#incoming.complete) return;
    this.#incoming.destroy();
    if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }

  #take(chunk: Buffer): void {
    this.hasBytes = true;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#incoming.pause();
    this.#wake?.();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }
}
