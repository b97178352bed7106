import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Environment } from '../../src/config/env.ts';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { type RunningPostgres, hasPostgres, startPostgres } from './start-postgres.ts';
import { type RunningRedis, hasRedis, startRedis } from './start-redis.ts';
import { type TestServer, pointAt, startServer } from './start-server.ts';

export interface Replicas {
  readonly upstream: FakeUpstream;
  readonly postgres: RunningPostgres;
  readonly redis: RunningRedis;
  /** Of every server, and of others that are to be one of them. */
  readonly environment: Record<string, string>;
  /** Two servers in this process; a token of one is good at both. */
  readonly servers: readonly [TestServer, TestServer];
}

/** What several servers need; where it is missing their tests are skipped by name, and fail where CI=true. */
export const hasReplicas = hasPostgres && hasRedis;

/** Two servers on one Postgres and one Redis, or a cluster of them, and a fake upstream that is reset before each test. */
export function useReplicas(environment: Environment = {}, startStore = startRedis): Replicas {
  const stack = new AsyncDisposableStack();
  let replicas: Replicas | undefined;
  beforeAll(async () => {
    if (!hasReplicas) {
      if (process.env['CI'] === 'true') throw new Error('there is no Postgres, or no Redis, to test with');
      return;
    }
    const upstream = stack.use(await startFakeUpstream());
    const postgres = stack.use(await startPostgres());
    const redis = stack.use(await startStore());
    const shared = {
      ...pointAt(upstream),
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      JWT_SECRET: 'only-of-tests-31c1d3c6a9f4467c8f0a',
      MAX_RUNS_PER_USER: '0',
      ...environment,
    } as Record<string, string>;
    const servers: [TestServer, TestServer] = [
      stack.use(await startServer(shared)),
      stack.use(await startServer(shared)),
    ];
    replicas = { upstream, postgres, redis, environment: shared, servers };
  });
  afterAll(() => stack.disposeAsync());
  beforeEach(({ skip }) => {
    skip(!hasReplicas, 'there is no Postgres, or no Redis, here');
    replicas?.upstream.reset();
  });
  return new Proxy({} as Replicas, {
    get: (_target, name: keyof Replicas) => replicas?.[name],
  });
}
