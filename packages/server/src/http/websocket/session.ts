// In: the messages of one open socket. Out: runs that begin, stop, are followed and steered, and their frames.
// Never: a message that ends the process, nor anything begun or shown for a token that does not hold any more.
import { SluiceError } from '@sluice/shared';
import type { Auth } from '../../auth/auth.ts';
import type { Principal } from '../../auth/principal.ts';
import { requireScope } from '../../auth/require-scope.ts';
import type { Logger } from '../../observability/logger.ts';
import { currentScope, nameUser, runInScope } from '../../observability/request-scope.ts';
import type { Runs } from '../../runs/runs.ts';
import { type FrameSocket, closeCode } from '../../transport/frame-socket.ts';
import type { SocketUser } from '../../transport/web-sockets.ts';
import type { RateLimits } from '../middleware/limit-rate.ts';
import { ownerOf } from '../owner-of.ts';
import { type ClientMessage, idOf, parseClientMessage, readClientMessage } from './client-message.ts';
import { type Asking, Exchange } from './exchange.ts';
import { forgetExchanges } from './forget-exchanges.ts';
import { sendError } from './send-error.ts';
import type { SocketPlaces } from './socket-places.ts';

export interface SessionPorts {
  auth: Pick<Auth, 'authenticate'>;
  runs: Runs;
  rates: Pick<RateLimits, 'countRunStart' | 'countRequest'>;
  places: SocketPlaces;
  logger: Logger;
}

/** Who opened the socket, as far as the request told. */
export interface Opening {
  token: string | undefined;
  /** Absent: the first message is to say. */
  principal: Principal | undefined;
  /** Among those of its user, or of its address while nobody is known. */
  place: Disposable;
}

/** How long a client has until it says who it is. */
const PATIENCE_MS = 10_000;
/** Answers at once. */
const MAX_LIVE = 32;
/** What is wanted and not done yet, before the socket is read on. */
const MAX_WAITING = 64;

export class Session implements SocketUser {
  readonly #ports: SessionPorts;
  readonly #socket: FrameSocket;
  readonly #exchanges = new Map<string, Exchange>();
  #token: string | undefined;
  #userId: string | undefined;
  #place: Disposable;
  #waiting = 0;
  #isRefused = false;
  #isEnding = false;

  constructor(ports: SessionPorts, socket: FrameSocket, { token, principal, place }: Opening) {
    this.#ports = ports;
    this.#socket = socket;
    this.#token = token;
    this.#userId = principal?.userId;
    this.#place = place;
    if (principal !== undefined) socket.trust();
    socket.closed.addEventListener('abort', () => this.#leave(), { once: true });
  }

  /** Hears the client out; settles when it has left. */
  async hear(patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = setTimeout(() => {
      if (this.#userId === undefined) this.#socket.close(closeCode.refused, 'no token came in time');
    }, patienceMs);
    for await (const text of this.#socket.messages()) await this.#take(text, crypto.randomUUID());
    clearTimeout(deadline);
  }

  endSoon(): void {
    this.#isEnding = true;
    this.#closeIfDone();
  }

  /** Each message is a request of its own. */
  #take(text: string, requestId: string): Promise<void> {
    const scope = currentScope();
    const hear = () => this.#hear(text, requestId);
    return scope === undefined ? hear() : runInScope({ ...scope, requestId, startedAt: Date.now() }, hear);
  }

  async #hear(text: string, requestId: string): Promise<void> {
    let id: string | undefined;
    try {
      const value = parseClientMessage(text);
      id = idOf(value);
      await this.#act(readClientMessage(value), requestId);
    } catch (error) {
      sendError({ socket: this.#socket, logger: this.#ports.logger }, error, { id, requestId });
      if (this.#isRefused) this.#socket.close(closeCode.refused, 'the token was refused');
    }
  }

  #act(message: ClientMessage, requestId: string): Promise<void> {
    if (message.type === 'auth') return this.#authenticate(message.token);
    if (this.#userId === undefined) {
      throw new SluiceError('token_missing', { detail: 'send {"type":"auth","token":…} first' });
    }
    const exchange = this.#exchangeOf(message);
    return this.#queue(() =>
      exchange.do(requestId, async () => {
        switch (message.type) {
          case 'chat':
            return exchange.begin(message.body, await this.#admitStart(requestId));
          case 'resume':
            return exchange.resume(message, await this.#admit(requestId));
          case 'steer':
            return exchange.steer(message.content, await this.#admitStart(requestId));
          case 'stop':
            return exchange.stop();
          default:
            return message satisfies never;
        }
      }),
    );
  }

  /** At first, and again with a newer token of the same user. A first one that is refused is the last. */
  async #authenticate(token: string): Promise<void> {
    const { auth, places } = this.#ports;
    try {
      const principal = await auth.authenticate(token);
      requireScope(principal, 'chat');
      const { userId } = principal;
      if (this.#userId === undefined) this.#moveTo(places.take('user', userId));
      else if (this.#userId !== userId) refuse('token: another user takes another socket');
      this.#token = token;
      this.#userId = userId;
      nameUser(userId);
      this.#socket.trust();
    } catch (error) {
      this.#isRefused = this.#userId === undefined;
      throw error;
    }
  }

  #moveTo(place: Disposable): void {
    this.#place[Symbol.dispose]();
    this.#place = place;
    // It may have left meanwhile.
    if (this.#socket.closed.aborted) place[Symbol.dispose]();
  }

  #exchangeOf(message: Exclude<ClientMessage, { type: 'auth' }>): Exchange {
    switch (message.type) {
      case 'chat':
        return this.#open(message.id ?? crypto.randomUUID());
      case 'resume':
        return this.#open(message.id ?? message.runId);
      case 'steer':
      case 'stop':
        return (
          this.#exchanges.get(message.id) ??
          refuse('id: nothing was asked under it on this socket, or long ago', 'not_found')
        );
      default:
        return message satisfies never;
    }
  }

  #open(id: string): Exchange {
    const ended = this.#exchanges.get(id);
    if (ended?.isLive) refuse('id: an answer is going on under it');
    if (this.#listLive().length >= MAX_LIVE) refuse(`at most ${MAX_LIVE} answers at once`, 'too_many_runs');
    const { runs, logger } = this.#ports;
    const onIdle = () => {
      forgetExchanges(this.#exchanges);
      this.#closeIfDone();
    };
    // What has ended can be gone on from until another has begun: what is asked now may be refused.
    const exchange = ended ?? new Exchange(id, { runs, logger, socket: this.#socket, onIdle });
    // The latest stands last.
    this.#exchanges.delete(id);
    this.#exchanges.set(id, exchange);
    return exchange;
  }

  /** Waits only where too much is waiting. */
  async #queue(action: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    const done = action().finally(() => {
      this.#waiting -= 1;
    });
    if (this.#waiting >= MAX_WAITING) await done;
  }

  async #admitStart(requestId: string): Promise<Asking> {
    const { runs, rates } = this.#ports;
    const asking = await this.#identify(requestId);
    // Before an answer is ended for one that cannot begin.
    if (runs.isDraining) throw new SluiceError('draining', { retryAfterMs: 5000 });
    await rates.countRunStart(asking.owner.userId);
    return asking;
  }

  async #admit(requestId: string): Promise<Asking> {
    const asking = await this.#identify(requestId);
    await this.#ports.rates.countRequest(asking.owner.userId);
    return asking;
  }

  /** @throws {SluiceError} `token_expired`, `token_revoked`, `scope_missing`: a socket outlives its token */
  async #identify(requestId: string): Promise<Asking> {
    const principal = await this.#ports.auth.authenticate(this.#token);
    nameUser(principal.userId);
    requireScope(principal, 'chat');
    return { owner: ownerOf({ principal }), requestId };
  }

  #listLive(): Exchange[] {
    return Array.from(this.#exchanges.values()).filter(({ isLive }) => isLive);
  }

  #closeIfDone(): void {
    if (!this.#isEnding || this.#listLive().length > 0) return;
    this.#socket.close(closeCode.goingAway, 'the server ends');
  }

  #leave(): void {
    for (const exchange of this.#exchanges.values()) exchange.leave();
    this.#place[Symbol.dispose]();
  }
}

function refuse(
  detail: string,
  code: 'invalid_request' | 'not_found' | 'too_many_runs' = 'invalid_request',
): never {
  throw new SluiceError(code, { detail });
}
