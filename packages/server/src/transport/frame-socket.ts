// In: frames for one peer, and what it sends. Out: its messages, one at a time, no faster than they are taken.
// Never: more queued than one batch of frames for a peer that does not read, nor a failure of its that ends the process.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { UnfinishedMessage } from './unfinished-message.ts';
import { waitForDrain } from './wait-for-drain.ts';

export interface FrameSocketOptions {
  /** How long a peer may take nothing before it is dropped. */
  stuckReaderMs: number;
  /** What a peer may send before it is trusted: a token, and what came in one piece with it. */
  maxUntrustedBytes: number;
  /** How long a message may take to come, from its first bytes: what has come of it is held meanwhile. */
  messageMs: number;
}

/** What a message costs a peer: one, and one more for so many bytes. */
const BYTES_PER_UNIT = 64 * 1024;
/** Beyond these units the peer is read more slowly: so many in a second. */
const MAX_UNITS = 400;
const UNITS_PER_SECOND = 50;

/** What may wait for a peer before it is not heard any more: with a batch of frames, no more than any stream may hold. */
const MAX_UNREAD_BYTES = 192 * 1024;

/** How long a peer that is told that the socket closes has to say so too. */
const CLOSE_PATIENCE_MS = 2000;

/** Why a socket is closed by this side (RFC 6455, section 7.4.1). */
export const closeCode = { goingAway: 1001, unsupported: 1003, refused: 1008, tooLarge: 1009 } as const;

export class FrameSocket {
  readonly #ws: WebSocket;
  readonly #raw: Socket;
  readonly #options: FrameSocketOptions;
  readonly #controller = new AbortController();
  readonly #gone = Promise.withResolvers<void>();
  readonly #arrived: string[] = [];
  #onArrival: () => void = () => undefined;
  #closing: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #units = MAX_UNITS;
  #unitsAt = performance.now();
  #heardAt = performance.now();
  readonly #untrust: () => void;
  readonly #unfinished: UnfinishedMessage;

  /** @param raw the socket below `ws` */
  constructor(ws: WebSocket, raw: Socket, options: FrameSocketOptions) {
    this.#ws = ws;
    this.#raw = raw;
    this.#options = options;
    this.#untrust = this.#limitUntrusted();
    this.#unfinished = new UnfinishedMessage(ws, raw, {
      ms: options.messageMs,
      onLate: () => this.close(closeCode.refused, 'a message took too long to come'),
    });
    ws.on('message', (message: Buffer, isBinary) => this.#take(message, isBinary));
    ws.on('pong', () => this.#hear());
    // What breaks the protocol, or the connection; ws closes it by itself.
    ws.on('error', () => this.#leave());
    ws.on('close', () => {
      this.#leave();
      clearTimeout(this.#closing);
      this.#gone.resolve();
    });
  }

  /** Aborts when the peer has left, or is being sent away: nothing more is sent. */
  get closed(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves once the connection is closed. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** From now on messages may be as large as any. */
  trust(): void {
    this.#untrust();
  }

  /** Queues a frame, of a batch that `ready` was waited for. */
  send(frame: string): void {
    if (!this.closed.aborted) this.#ws.send(frame);
  }

  /**
   * Waits until the peer has taken what was sent; one that takes nothing for too long is dropped.
   * @param upTo bytes that may be waiting for it
   * @returns whether it is there
   */
  async ready(upTo = 0): Promise<boolean> {
    while (!this.closed.aborted && this.#raw.writableNeedDrain && this.#raw.writableLength > upTo) {
      // One wait for all who have something to say.
      this.#draining ??= waitForDrain(this.#raw, this.#options.stuckReaderMs).finally(() => {
        this.#draining = undefined;
      });
      await this.#draining;
    }
    return !this.closed.aborted;
  }

  /**
   * What the peer sends, in order, until it leaves. It is not read while one message is at work, nor while too many answers wait for
   * it; a slow reader is heard all the same, for it may want to stop what it reads.
   */
  async *messages(): AsyncGenerator<string, void, undefined> {
    while (await this.ready(MAX_UNREAD_BYTES)) {
      const message = this.#arrived.shift();
      if (message === undefined) await this.#arrival();
      else {
        yield message;
        await this.#pace(message);
      }
    }
  }

  /** Sends what is queued, then the reason; the peer has a moment to answer. */
  close(code: number, reason: string): void {
    if (this.closed.aborted) return;
    this.#ws.close(code, reason);
    // Its answer is to be heard.
    this.#ws.resume();
    this.#leave();
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.#ws.terminate();
  }

  /** Asks for a sign of life, and drops a peer that has given none for so long. One that is not read, or reads slowly, has `ready`. */
  probe(deadAfterMs: number): void {
    if (this.#raw.writableNeedDrain || this.#ws.isPaused) this.#hear();
    else if (performance.now() - this.#heardAt > deadAfterMs) this.destroy();
    else this.#ws.ping();
  }

  #take(message: Buffer, isBinary: boolean): void {
    this.#hear();
    if (this.closed.aborted) return;
    if (isBinary) return this.close(closeCode.unsupported, 'send JSON as text');
    this.#arrived.push(message.toString());
    this.#ws.pause();
    this.#onArrival();
  }

  async #arrival(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onArrival = resolve;
    this.#hear();
    this.#ws.resume();
    await promise;
  }

  /** A peer that sends too much is heard more slowly; nothing of it is lost. */
  async #pace(message: string): Promise<void> {
    const now = performance.now();
    const earned = ((now - this.#unitsAt) / 1000) * UNITS_PER_SECOND;
    this.#units = Math.min(MAX_UNITS, this.#units + earned) - 1 - Math.floor(message.length / BYTES_PER_UNIT);
    this.#unitsAt = now;
    if (this.#units >= 0) return;
    const owedMs = (-this.#units / UNITS_PER_SECOND) * 1000;
    await sleep(owedMs, undefined, { signal: this.closed }).catch(() => undefined);
  }

  #hear(): void {
    this.#heardAt = performance.now();
  }

  #leave(): void {
    if (this.closed.aborted) return;
    this.#untrust();
    this.#unfinished[Symbol.dispose]();
    this.#controller.abort();
    this.#onArrival();
    this.#closing = setTimeout(() => this.destroy(), CLOSE_PATIENCE_MS);
  }

  /** @returns what ends the limit */
  #limitUntrusted(): () => void {
    const raw = this.#raw;
    const before = raw.bytesRead;
    const check = () => {
      if (raw.bytesRead - before > this.#options.maxUntrustedBytes) {
        this.close(closeCode.tooLarge, 'send the token first');
      }
    };
    raw.on('data', check);
    return () => void raw.off('data', check);
  }
}
