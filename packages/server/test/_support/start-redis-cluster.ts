import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from './free-port.ts';
import { type RunningRedis, startRedis } from './start-redis.ts';

const SLOTS = 16_384;

export interface RunningRedisCluster extends RunningRedis {
  /** To be asked while all nodes answer. */
  nodeOf(key: string): Promise<RunningRedis>;
}

/** Three nodes that each have a third of the keys. What is done to it without naming a key is done to the first node. */
export async function startRedisCluster(): Promise<RunningRedisCluster> {
  await using stack = new AsyncDisposableStack();
  const nodes: RunningRedis[] = [];
  const busPorts: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    // By itself a node takes its own port and 10,000, where another process may be, or no port at all.
    const busPort = String(await freePort());
    const options = `--cluster-enabled yes --cluster-announce-ip 127.0.0.1 --cluster-port ${busPort}`;
    nodes.push(stack.use(await startRedis(options.split(' '))));
    busPorts.push(busPort);
  }
  const firstSlotOf = (index: number) => Math.floor((SLOTS * index) / nodes.length);
  const ports = nodes.map(({ url }) => new URL(url).port);
  for (const [index, { url }] of nodes.entries()) {
    const client = await createClient({ url }).connect();
    const [from, to] = [firstSlotOf(index), firstSlotOf(index + 1) - 1].map(String);
    await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', from ?? '', to ?? '']);
    for (const [other, port] of ports.entries())
      await client.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', port, busPorts[other] ?? '']);
    client.destroy();
  }
  for (const { url } of nodes) await untilWhole(url, nodes.length);
  const [first] = nodes;
  if (first === undefined) throw new Error('no nodes');
  const owned = stack.move();
  return {
    ...first,
    async nodeOf(key) {
      const client = await createClient({ url: first.url }).connect();
      const slot = await client.sendCommand<number>(['CLUSTER', 'KEYSLOT', key]);
      client.destroy();
      return nodes.findLast((_node, index) => firstSlotOf(index) <= slot) ?? first;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function untilWhole(url: string, size: number): Promise<void> {
  const client = await createClient({ url }).connect();
  const wanted = ['cluster_state:ok', `cluster_size:${size}`];
  for (;;) {
    const info = await client.sendCommand<string>(['CLUSTER', 'INFO']);
    if (wanted.every((line) => info.includes(line))) break;
    await sleep(50);
  }
  client.destroy();
}
