import express, { type Express } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import '../../../test/_support/provide-redis.ts';
import { type RunningRedis, startRedis } from '../../../test/_support/start-redis.ts';
import { SharedRateStore } from '../../admission/shared-rate-store.ts';
import type { Principal } from '../../auth/principal.ts';
import { type RedisLink, openRedis } from '../../event-log/redis-link.ts';
import { createLogger } from '../../observability/logger.ts';
import { createRateLimits } from './limit-rate.ts';
import { sendProblem } from './send-problem.ts';

const silent = createLogger('silent');
const PER_MINUTE = 4;

/** @param link left out, it counts alone */
function createProcess(link?: RedisLink): Express {
  const shared = link && ((name: string) => new SharedRateStore(name, link));
  const { runStarts, byUser } = createRateLimits(PER_MINUTE, shared);
  const app = express();
  app.use((req, _res, next) => {
    req.principal = { userId: String(req.headers['x-user']) } as Principal;
    next();
  });
  app.use('/runs', runStarts, (_req, res) => void res.end());
  app.use('/other', byUser, (_req, res) => void res.end());
  return app.use(sendProblem(silent));
}

/** @returns what is left of the limit, or the status of a refusal */
async function ask(app: Express, user: string, path = '/runs'): Promise<string> {
  const { status, headers } = await request(app).get(path).set('x-user', user);
  if (status !== 200) return String(status);
  return /r=(\d+)/.exec(headers['ratelimit'] ?? '')?.[1] ?? '?';
}

describe('rate limits of one process', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shut nobody out for longer than a minute where the clock is set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const alone = createProcess();
    for (let left = PER_MINUTE - 1; left >= 0; left -= 1) expect(await ask(alone, 'a')).toBe(String(left));
    expect(await ask(alone, 'a')).toBe('429');
    vi.setSystemTime(Date.now() - 7_200_000);
    expect([await ask(alone, 'a'), await ask(alone, 'a')]).toEqual(['3', '2']);
  });
});

describe.skipIf(inject('redisUrl') === undefined)('rate limits of two processes with a real Redis', () => {
  let redis: RunningRedis;
  let links: RedisLink[];
  let [one, other] = [express(), express()];
  beforeEach(async () => {
    redis = await startRedis();
    links = [await openRedis(redis.url, silent), await openRedis(redis.url, silent)];
    [one, other] = [createProcess(links[0]!), createProcess(links[1]!)];
  });
  afterEach(async () => {
    for (const link of links) await link[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });
  const recover = async () => {
    await redis.start();
    await expect.poll(() => links.every((link) => link.isAvailable), { timeout: 5000 }).toBe(true);
  };

  it('share one count per user and limit', async () => {
    expect([await ask(one, 'a'), await ask(other, 'a'), await ask(one, 'a')]).toEqual(['3', '2', '1']);
    expect([await ask(one, 'b'), await ask(one, 'a', '/other')]).toEqual(['3', '39']);
    expect([await ask(other, 'a'), await ask(other, 'a'), await ask(one, 'a')]).toEqual(['0', '429', '429']);
    const keys = (await links[0]?.send('', 'KEYS', '*')) as string[];
    expect(keys.filter((key) => key !== 'sluice:probe').toSorted()).toEqual([
      'sluice:rate:requests:a',
      'sluice:rate:runs:a',
      'sluice:rate:runs:b',
    ]);
    expect(await links[0]?.send('sluice:rate:runs:a', 'PTTL', 'sluice:rate:runs:a')).toBeGreaterThan(50_000);
  });

  it('counts requests that come at once, each once', async () => {
    const asked = Array.from({ length: 20 }, (_, index) => ask(index % 2 === 0 ? one : other, 'a'));
    expect((await Promise.all(asked)).toSorted().slice(0, 5)).toEqual(['0', '1', '2', '3', '429']);
  });

  it('hold each process to the limit while Redis is away, and share again once it is back', async () => {
    expect([await ask(one, 'a'), await ask(one, 'a')]).toEqual(['3', '2']);
    await redis.stop();
    const before = performance.now();
    // What was counted here before Redis went is not forgiven.
    expect([await ask(one, 'a'), await ask(one, 'a'), await ask(one, 'a')]).toEqual(['1', '0', '429']);
    expect([await ask(other, 'a'), await ask(other, 'b')]).toEqual(['3', '3']);
    expect(performance.now() - before).toBeLessThan(1000);
    await recover();
    expect([await ask(one, 'c'), await ask(other, 'c'), await ask(one, 'c')]).toEqual(['3', '2', '1']);
  });

  it('answer within the deadline of a Redis that stands still, and count those that waited apart', async () => {
    redis.signal('SIGSTOP');
    const before = performance.now();
    const asked = await Promise.all(Array.from({ length: 6 }, () => ask(one, 'a')));
    expect(performance.now() - before).toBeLessThan(2000);
    expect(asked.toSorted()).toEqual(['0', '1', '2', '3', '429', '429']);
    redis.signal('SIGCONT');
  });

  it('share also when they were made while Redis was away', async () => {
    await redis.stop();
    await expect(links[0]?.send('', 'PING')).rejects.toMatchObject({ code: 'unavailable' });
    const late = createProcess(links[0]!);
    expect(await ask(late, 'a')).toBe('3');
    await recover();
    expect([await ask(late, 'b'), await ask(other, 'b')]).toEqual(['3', '2']);
  });
});
