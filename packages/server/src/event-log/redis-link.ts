// In: scripts and channels. Out: their replies and messages, while Redis is there; `unavailable`, at once or within a second, while it is not.
// Never: a command kept for later, nor a wait without an end: who asks goes on without, and is told when Redis is back.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '@sluice/shared';
import { ErrorReply } from 'redis';
import type { Logger } from '../observability/logger.ts';
import { outOfScope } from '../observability/request-scope.ts';
import { type RedisConnection, connectRedis } from './redis-connection.ts';

/** Disposing closes the connection. */
export interface RedisLink extends AsyncDisposable {
  readonly isAvailable: boolean;
  /**
   * Runs a Lua script; those of one tick travel together.
   * @param source of the script, the same string each time
   * @throws {SluiceError} `unavailable`; it may have run all the same
   */
  run(source: string, input: { keys: string[]; args: string[] }): Promise<unknown>;
  /** One command about one key. @throws {SluiceError} `unavailable`; it may have been done all the same */
  send(key: string, ...command: string[]): Promise<unknown>;
  /** Messages of a sharded channel, also after Redis was lost and is back; those in between are not sent again. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<AsyncDisposable>;
  /** Called whenever Redis is back. */
  onRecovery(recovered: () => void): void;
}

type Listener = (message: string) => void;
type OnMessage = (message: string, channel: string) => void;

/** A Redis that takes longer is as good as none: followers are waiting. */
const ANSWER_MS = 1000;
const HEARTBEAT_MS = 1000;
const WATCH_MS = 100;
const RETRY_MS = 500;
const START_PATIENCE_MS = 5000;
const PROBE = 'sluice:probe';
const PROBING = ['SET', PROBE, '1', 'PX', '60000'];
/** Replies of a Redis that is there and cannot be written to. */
const refusals =
  /^(OOM|READONLY|MISCONF|LOADING|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|NOAUTH|NOPERM|WRONGPASS|BUSY)\b/;
/** Replies about some keys of a cluster, for as long as they are being moved: the others are there. */
const delays = /^TRYAGAIN\b/;

/**
 * @param url `redis://` or `rediss://`, with user, password and database if need be
 * @throws {Error} in words for the terminal when it cannot be reached
 */
export async function openRedis(url: string, logger: Logger): Promise<RedisLink> {
  const deadline = performance.now() + START_PATIENCE_MS;
  for (;;) {
    const link = new Link(url, logger);
    try {
      await link.connect();
      return link;
    } catch (error) {
      await link[Symbol.asyncDispose]();
      if (performance.now() < deadline && !refusals.test(messageOf(error))) await sleep(RETRY_MS);
      else throw new Error(`cannot use Redis at ${new URL(url).host}: ${messageOf(error)}`, { cause: error });
    }
  }
}

class Link implements RedisLink {
  readonly #url: string;
  readonly #logger: Logger;
  /** Undefined while Redis is lost. */
  #connection: RedisConnection | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #onMessage: OnMessage;
  readonly #recovered: (() => void)[] = [];
  readonly #timers: NodeJS.Timeout[];
  /** What is unanswered, the oldest first; in beats of the watch, which a process that stands still misses as it misses replies. */
  readonly #asked = new Set<{ askedAt: number }>();
  #beats = 0;
  #isClosed = false;

  constructor(url: string, logger: Logger) {
    this.#onMessage = (message, channel) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(message);
    };
    this.#url = url;
    this.#logger = logger;
    // One that no longer answers, or takes no writes, is noticed although nobody asks it for anything.
    this.#timers = [
      setInterval(() => void this.send(PROBE, ...PROBING).catch(() => {}), HEARTBEAT_MS),
      setInterval(() => this.#watch(), WATCH_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  get isAvailable(): boolean {
    return this.#connection !== undefined;
  }

  run(source: string, { keys, args }: { keys: string[]; args: string[] }): Promise<unknown> {
    const [key = ''] = keys;
    const rest = [String(keys.length), ...keys, ...args];
    return this.#ask((redis) =>
      redis.send(key, ['EVALSHA', shaOf(source), ...rest]).catch((error: unknown) => {
        if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
        return redis.send(key, ['EVAL', source, ...rest]);
      }),
    );
  }

  send(key: string, ...command: string[]): Promise<unknown> {
    return this.#ask((redis) => redis.send(key, command));
  }

  async subscribe(channel: string, onMessage: Listener): Promise<AsyncDisposable> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(onMessage));
    const leave = async () => {
      listeners.delete(onMessage);
      if (listeners.size > 0) return;
      this.#listeners.delete(channel);
      await this.#unsubscribe(channel);
    };
    try {
      await this.#ask((redis) => redis.subscribe(channel, this.#onMessage));
    } catch (error) {
      await leave();
      throw error;
    }
    return { [Symbol.asyncDispose]: leave };
  }

  onRecovery(recovered: () => void): void {
    this.#recovered.push(recovered);
  }

  /** To a Redis that can be written to, with the channels that somebody listens to. @throws when that cannot be */
  async connect(): Promise<void> {
    let isLost = false;
    let onLost = (_error: unknown) => void (isLost = true);
    const connection = await connectRedis({
      url: this.#url,
      timeoutMs: ANSWER_MS,
      onLost: (error) => onLost(error),
    });
    try {
      await inTime(connection.send(PROBE, PROBING));
      const channels = [...this.#listeners.keys()];
      await inTime(Promise.all(channels.map((channel) => connection.subscribe(channel, this.#onMessage))));
      if (isLost || this.#isClosed) throw new Error('the connection was closed');
      this.#connection = connection;
      onLost = (error) => {
        if (this.#connection === connection) this.#lose(error);
      };
      // Those who left meanwhile had no connection to tell it to.
      for (const channel of channels) if (!this.#listeners.has(channel)) void this.#unsubscribe(channel);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const connection = this.#connection;
    this.#connection = undefined;
    this.#asked.clear();
    connection?.destroy();
  }

  async #ask<Reply>(work: (redis: RedisConnection) => Promise<Reply>): Promise<Reply> {
    const connection = this.#connection;
    if (connection === undefined) throw lost(undefined);
    const asked = { askedAt: this.#beats };
    this.#asked.add(asked);
    try {
      return await work(connection);
    } catch (error) {
      const isRefused = !(error instanceof ErrorReply) || refusals.test(messageOf(error));
      if (!isRefused && !delays.test(messageOf(error))) throw error;
      if (isRefused && this.#connection === connection) this.#lose(error);
      throw lost(error);
    } finally {
      this.#asked.delete(asked);
    }
  }

  async #unsubscribe(channel: string): Promise<void> {
    if (!this.isAvailable) return;
    await this.#ask((redis) => redis.unsubscribe(channel, this.#onMessage).catch(() => {}));
  }

  /** One timer for all commands, and the oldest stands for them: of a cluster, one node may be silent while others answer. */
  #watch(): void {
    this.#beats += 1;
    const [oldest] = this.#asked;
    if (oldest === undefined || this.#beats - oldest.askedAt <= ANSWER_MS / WATCH_MS) return;
    // A process that stood still finds its timers due before it has read what came meanwhile.
    setImmediate(() => {
      if (this.#asked.has(oldest)) this.#lose(new Error(`no answer in ${ANSWER_MS} ms`));
    });
  }

  #lose(cause: unknown): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#asked.clear();
    connection?.destroy();
    // Whoever asked is not the one whom it is about.
    outOfScope(() => {
      this.#logger.error({ err: cause }, 'Redis is lost: running answers go on in this process alone');
      void this.#comeBack();
    });
  }

  async #comeBack(): Promise<void> {
    while (!this.#isClosed && this.#connection === undefined) {
      await sleep(RETRY_MS, undefined, { ref: false });
      await this.connect().catch(() => {});
    }
    if (this.#isClosed) return;
    this.#logger.info('Redis is back');
    for (const recovered of this.#recovered) recovered();
  }
}

async function inTime<Reply>(reply: Promise<Reply>): Promise<Reply> {
  const silence = Promise.withResolvers<never>();
  const giveUp = () => silence.reject(new Error(`no answer in ${ANSWER_MS} ms`));
  const timer = setTimeout(giveUp, ANSWER_MS);
  try {
    return await Promise.race([reply, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const shas = new Map<string, string>();

function shaOf(source: string): string {
  const sha = shas.get(source) ?? createHash('sha1').update(source).digest('hex');
  shas.set(source, sha);
  return sha;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function lost(cause: unknown): SluiceError {
  return new SluiceError(
    'unavailable',
    { detail: 'Redis is away; try again', retryAfterMs: 1000 },
    { cause },
  );
}
