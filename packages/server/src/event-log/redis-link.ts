// In: scripts and channels. Out: their replies and messages, while Redis is there; `unavailable`, at once or within a second, while it is not.
// Never: a command kept for later, nor a wait without an end: who asks goes on without, and is told when Redis is back.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '@sluice/shared';
import { ErrorReply, createClient } from 'redis';
import type { Logger } from '../observability/logger.ts';

/** Disposing closes the connection. */
export interface RedisLink extends AsyncDisposable {
  readonly isAvailable: boolean;
  /**
   * Runs a Lua script; those of one tick travel together.
   * @param source of the script, the same string each time
   * @throws {SluiceError} `unavailable`; it may have run all the same
   */
  run(source: string, input: { keys: string[]; args: string[] }): Promise<unknown>;
  /** One command. @throws {SluiceError} `unavailable`; it may have been done all the same */
  send(...command: string[]): Promise<unknown>;
  /** Messages of a sharded channel, also after Redis was lost and is back; those in between are not sent again. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<AsyncDisposable>;
  /** Called whenever Redis is back. */
  onRecovery(recovered: () => void): void;
}

type Client = ReturnType<typeof connectTo>;
type Listener = (message: string) => void;
type OnMessage = (message: string, channel: string) => void;

/** A Redis that takes longer is as good as none: followers are waiting. */
const ANSWER_MS = 1000;
const HEARTBEAT_MS = 1000;
const RETRY_MS = 500;
const START_PATIENCE_MS = 5000;
/** Replies of a Redis that is there and cannot be written to. */
const refusals =
  /^(OOM|READONLY|MISCONF|LOADING|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|NOAUTH|NOPERM|WRONGPASS)\b/;

/**
 * @param url `redis://` or `rediss://`, with user, password and database if need be
 * @throws {Error} in words for the terminal when it cannot be reached
 */
export async function openRedis(url: string, logger: Logger): Promise<RedisLink> {
  const deadline = Date.now() + START_PATIENCE_MS;
  for (;;) {
    try {
      return new Link(url, logger, await connect(url));
    } catch (error) {
      if (Date.now() < deadline && !refusals.test(messageOf(error))) await sleep(RETRY_MS);
      else throw new Error(`cannot use Redis at ${new URL(url).host}: ${messageOf(error)}`, { cause: error });
    }
  }
}

class Link implements RedisLink {
  readonly #url: string;
  readonly #logger: Logger;
  /** Undefined while Redis is lost. */
  #client: Client | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #onMessage: OnMessage;
  readonly #recovered: (() => void)[] = [];
  readonly #heartbeat: NodeJS.Timeout;
  #isClosed = false;

  constructor(url: string, logger: Logger, client: Client) {
    this.#onMessage = (message, channel) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(message);
    };
    this.#url = url;
    this.#logger = logger;
    this.#use(client);
    // One that no longer answers is noticed although nobody asks it for anything.
    this.#heartbeat = setInterval(() => void this.send('PING').catch(() => {}), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get isAvailable(): boolean {
    return this.#client !== undefined;
  }

  run(source: string, { keys, args }: { keys: string[]; args: string[] }): Promise<unknown> {
    return this.#ask(async (client) => {
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await client.sendCommand(['EVALSHA', shaOf(source), ...rest]);
      } catch (error) {
        if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
        return client.sendCommand(['EVAL', source, ...rest]);
      }
    });
  }

  send(...command: string[]): Promise<unknown> {
    return this.#ask((client) => client.sendCommand(command));
  }

  async subscribe(channel: string, onMessage: Listener): Promise<AsyncDisposable> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(onMessage));
    const leave = async () => {
      listeners.delete(onMessage);
      if (listeners.size > 0) return;
      this.#listeners.delete(channel);
      await this.#client?.sUnsubscribe(channel, this.#onMessage).catch(() => {});
    };
    try {
      await this.#ask((client) => client.sSubscribe(channel, this.#onMessage));
    } catch (error) {
      await leave();
      throw error;
    }
    return { [Symbol.asyncDispose]: leave };
  }

  onRecovery(recovered: () => void): void {
    this.#recovered.push(recovered);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    const client = this.#client;
    this.#client = undefined;
    client?.destroy();
  }

  async #ask<Reply>(work: (client: Client) => Promise<Reply>): Promise<Reply> {
    const client = this.#client;
    if (client === undefined) throw lost(undefined);
    try {
      return await inTime(work(client));
    } catch (error) {
      if (error instanceof ErrorReply && !refusals.test(messageOf(error))) throw error;
      this.#lose(client, error);
      throw lost(error);
    }
  }

  #use(client: Client): void {
    this.#client = client;
    client.on('error', (error) => this.#lose(client, error));
  }

  #lose(client: Client, cause: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#logger.error({ err: cause }, 'Redis is lost: running answers go on in this process alone');
    client.destroy();
    void this.#comeBack();
  }

  async #connectAgain(): Promise<Client> {
    const client = await connect(this.#url);
    const channels = [...this.#listeners.keys()];
    try {
      await inTime(Promise.all(channels.map((channel) => client.sSubscribe(channel, this.#onMessage))));
      return client;
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  async #comeBack(): Promise<void> {
    for (;;) {
      await sleep(RETRY_MS, undefined, { ref: false });
      if (this.#isClosed) return;
      const client = await this.#connectAgain().catch(() => undefined);
      if (client === undefined) continue;
      if (this.#isClosed) return client.destroy();
      this.#use(client);
      this.#logger.info('Redis is back');
      for (const recovered of this.#recovered) recovered();
      return;
    }
  }
}

/** No commands are kept for later, and no connection is made again behind our back: being lost is a state to be told of. */
function connectTo(url: string) {
  return createClient({
    url,
    name: 'sluice',
    RESP: 3,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { reconnectStrategy: false, connectTimeout: ANSWER_MS, keepAlive: true },
  });
}

/** @returns a connection to a Redis that can be written to */
async function connect(url: string): Promise<Client> {
  const client = connectTo(url);
  // Told by what is asked next; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await inTime(client.connect());
    await inTime(client.sendCommand(['SET', 'sluice:probe', '1', 'PX', '60000']));
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw error;
  }
}

async function inTime<Reply>(reply: Promise<Reply>): Promise<Reply> {
  const silence = Promise.withResolvers<never>();
  const giveUp = () => silence.reject(new Error(`no answer in ${ANSWER_MS} ms`));
  // A process that stood still finds its timers due before it has read what came meanwhile.
  const timer = setTimeout(() => setImmediate(giveUp), ANSWER_MS);
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
