import { describe, inject } from 'vitest';
import '../../test/_support/provide-redis.ts';
import { createLogger } from '../observability/logger.ts';
import { describeLogStore } from './log-store.contract.ts';
import { openRedis } from './redis-link.ts';
import { RedisLogStore } from './redis-log-store.ts';

const url = inject('redisUrl');

describe.skipIf(url === undefined)('with a real Redis', () => {
  describeLogStore('RedisLogStore', async () => {
    const link = await openRedis(url ?? '', createLogger('silent'));
    return Object.assign(new RedisLogStore(link), {
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    });
  });
});
