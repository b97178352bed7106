import type { TestProject } from 'vitest/node';
import { type RunningRedis, hasRedis, startRedis } from './start-redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where there is no Redis. */
    redisUrl: string | undefined;
  }
}

let redis: RunningRedis | undefined;

/** One server for all files of a project. */
export async function setup(project: TestProject): Promise<void> {
  if (!hasRedis && process.env['CI'] === 'true') throw new Error('there is no Redis to test with');
  if (hasRedis) redis = await startRedis();
  project.provide('redisUrl', redis?.url);
}

export async function teardown(): Promise<void> {
  await redis?.[Symbol.asyncDispose]();
}
