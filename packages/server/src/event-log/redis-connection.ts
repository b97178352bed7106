import { createClient, createCluster } from 'redis';

type OnMessage = (message: string, channel: string) => void;

/** One Redis, or a cluster of them, as long as it is there: what is lost is not sought again. */
export interface RedisConnection {
  /** @param key that the command is about, which decides the node of a cluster */
  send(key: string, command: string[]): Promise<unknown>;
  subscribe(channel: string, onMessage: OnMessage): Promise<void>;
  unsubscribe(channel: string, onMessage: OnMessage): Promise<void>;
  destroy(): void;
}

export interface RedisTarget {
  url: string;
  /** For a connection, and for what is said over it before it is one. */
  timeoutMs: number;
  /** Called, once or more often, when the connection is lost. */
  onLost: (error: unknown) => void;
}

/** @throws when it cannot be reached in time */
export async function connectRedis(target: RedisTarget): Promise<RedisConnection> {
  const client = createClient({ url: target.url, ...optionsOf(target) });
  client.on('error', target.onLost);
  // One that takes connections, and says nothing.
  const deadline = setTimeout(() => client.destroy(), target.timeoutMs);
  try {
    await client.connect();
    if (await isCluster(client)) {
      client.destroy();
      return await connectCluster(target);
    }
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  return {
    send: (_key, command) => client.sendCommand(command),
    subscribe: (channel, onMessage) => client.sSubscribe(channel, onMessage),
    unsubscribe: (channel, onMessage) => client.sUnsubscribe(channel, onMessage),
    destroy: () => client.destroy(),
  };
}

/** Not, for one that does not tell. */
async function isCluster(client: Pick<ReturnType<typeof createClient>, 'sendCommand'>): Promise<boolean> {
  const info = await client.sendCommand<string>(['INFO', 'cluster']).catch(() => '');
  return info.includes('cluster_enabled:1');
}

async function connectCluster(target: RedisTarget): Promise<RedisConnection> {
  const { username, password, protocol } = new URL(target.url);
  const { socket, ...options } = optionsOf(target);
  const cluster = createCluster({
    rootNodes: [{ url: target.url, ...optionsOf(target) }],
    defaults: {
      ...options,
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      socket: { ...socket, ...(protocol === 'rediss:' && { tls: true }) },
    },
  });
  cluster.on('error', target.onLost);
  cluster.on('node-error', target.onLost);
  const deadline = setTimeout(() => cluster.destroy(), target.timeoutMs);
  await cluster.connect().finally(() => clearTimeout(deadline));
  return {
    send: (key, command) => cluster.sendCommand(key, false, command),
    subscribe: (channel, onMessage) => cluster.sSubscribe(channel, onMessage),
    unsubscribe: (channel, onMessage) => cluster.sUnsubscribe(channel, onMessage),
    destroy: () => cluster.destroy(),
  };
}

/** No commands are kept for later, and no connection is made again behind our back: being lost is a state to be told of. */
function optionsOf({ timeoutMs }: RedisTarget) {
  return {
    name: 'sluice',
    disableOfflineQueue: true,
    maintNotifications: 'disabled' as const,
    // It would be a timer and a signal per command, and says nothing of one that was sent.
    commandOptions: { timeout: 0 },
    socket: { reconnectStrategy: false as const, connectTimeout: timeoutMs, keepAlive: true },
  };
}
