import { afterAll, beforeAll, describe, inject } from 'vitest';
import '../../test/_support/provide-redis.ts';
import type { RunningRedis } from '../../test/_support/start-redis.ts';
import { startRedisCluster } from '../../test/_support/start-redis-cluster.ts';
import { createLogger } from '../observability/logger.ts';
import { describeLogStore } from './log-store.contract.ts';
import { openRedis } from './redis-link.ts';
import { RedisLogStore } from './redis-log-store.ts';

const url = inject('redisUrl');

async function openStore(at: string) {
  const link = await openRedis(at, createLogger('silent'));
  return Object.assign(new RedisLogStore(link), { [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() });
}

describe.skipIf(url === undefined)('with a real Redis', () => {
  describeLogStore('RedisLogStore', () => openStore(url ?? ''));
});

describe.skipIf(url === undefined)('with a real Redis Cluster', () => {
  let cluster: RunningRedis;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());
  describeLogStore('RedisLogStore', () => openStore(cluster.url));
});
