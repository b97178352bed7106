import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '@sluice/shared';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import '../../test/_support/provide-redis.ts';
import { startRedis } from '../../test/_support/start-redis.ts';
import { type RedisLink, openRedis } from '../event-log/redis-link.ts';
import { createLogger } from '../observability/logger.ts';
import type { RunLimiter } from './limit-runs.ts';
import { describeRunLimiter, tooMany } from './run-limiter.contract.ts';
import { type SharedPlaces, shareRunPlaces } from './share-run-places.ts';

const url = inject('redisUrl') ?? '';
const away = expect.objectContaining({
  code: 'unavailable',
  details: expect.objectContaining({ retryAfterMs: 1000 }),
});
const open = (at: string) => openRedis(at, createLogger('silent'));

/** @returns how many more are admitted, none of which is given back */
async function countFree(limiter: RunLimiter, user: string): Promise<number> {
  for (let count = 0; ; count += 1) {
    const place = await limiter.admit(user).catch((error: unknown) => error);
    if (!(place instanceof Error)) continue;
    expect(place).toEqual(tooMany);
    return count;
  }
}

describe.skipIf(url === '')('with a real Redis', () => {
  let links: RedisLink[];
  beforeAll(async () => void (links = [await open(url), await open(url)]));
  afterAll(() => Promise.all(links.map((link) => link[Symbol.asyncDispose]())));

  /** Two processes, each with a connection of its own, and a user nobody else asks for. */
  function twoProcesses(changes: Partial<SharedPlaces> = {}) {
    const ids = [crypto.randomUUID(), crypto.randomUUID()];
    const live = [...ids];
    const [one, other] = ids.map((id, index) =>
      shareRunPlaces({
        redis: links[index]!,
        maxRunsPerUser: 3,
        processId: () => id,
        liveProcesses: () => live,
        ...changes,
      }),
    );
    return { one: one!, other: other!, live, user: crypto.randomUUID() };
  }

  describeRunLimiter('shareRunPlaces', (maxRunsPerUser) => twoProcesses({ maxRunsPerUser }).one);

  it('counts the runs of all processes, whoever asks first', async () => {
    const { one, other, user } = twoProcesses();
    const asked = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : other).admit(user)),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const result of asked) if (result.status === 'rejected') expect(result.reason).toEqual(tooMany);
    expect(await links[0]?.send(`sluice:{runs:${user}}`, 'PTTL', `sluice:{runs:${user}}`)).toBeGreaterThan(
      23 * 3_600_000,
    );
  });

  it('never has more than the maximum, however runs begin and end in parallel, and none in the end', async () => {
    const { one, other, user } = twoProcesses();
    let [running, most, admitted] = [0, 0, 0];
    const ask = async (limiter: RunLimiter) => {
      for (let round = 0; round < 60; round += 1) {
        const place = await limiter.admit(user).catch(() => undefined);
        if (place === undefined) continue;
        admitted += 1;
        running += 1;
        most = Math.max(most, running);
        await sleep(round % 3);
        running -= 1;
        place[Symbol.dispose]();
      }
    };
    await Promise.all([one, one, one, other, other, other].map(ask));
    expect(most).toBe(3);
    expect(admitted).toBeGreaterThan(60);
    await expect
      .poll(() => links[0]?.send(`sluice:{runs:${user}}`, 'EXISTS', `sluice:{runs:${user}}`))
      .toBe(0);
  });

  it('frees the places of a process that is no longer alive', async () => {
    const { one, other, live, user } = twoProcesses({ hearingMs: 0 });
    await one.admit(user);
    await one.admit(user);
    expect(await countFree(other, user)).toBe(1);
    live.shift();
    expect(await countFree(other, user)).toBe(2);
  });

  it('counts a process that it has not heard of yet', async () => {
    const { one, other, live, user } = twoProcesses();
    live.shift();
    await one.admit(user);
    await one.admit(user);
    expect(await countFree(other, user)).toBe(1);
  });

  it('has a place again whose admission was done although its reply was lost, told once', async () => {
    let recovered = () => {};
    let [losesReply, asked] = [true, 0];
    const redis: SharedPlaces['redis'] = {
      isAvailable: true,
      onRecovery: (listener) => (recovered = listener),
      async run(source, input) {
        asked += 1;
        const reply = await links[0]!.run(source, input);
        if (losesReply) throw new SluiceError('unavailable');
        return reply;
      },
    };
    const { user, live, other } = twoProcesses();
    const limiter = shareRunPlaces({
      redis,
      maxRunsPerUser: 3,
      processId: () => live[0]!,
      liveProcesses: () => live,
    });
    await expect(limiter.admit(user)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await links[0]?.send(`sluice:{runs:${user}}`, 'HLEN', `sluice:{runs:${user}}`)).toBe(1);
    losesReply = false;
    recovered();
    await expect
      .poll(() => links[0]?.send(`sluice:{runs:${user}}`, 'EXISTS', `sluice:{runs:${user}}`))
      .toBe(0);
    expect(await countFree(other, user)).toBe(3);
    // Nor is a user remembered of whom Redis has nothing.
    recovered();
    await sleep(0);
    expect(asked).toBe(2);
  });

  it('asks Redis nothing when there is no limit', async () => {
    const { one, user } = twoProcesses({ maxRunsPerUser: 0 });
    await one.admit(user);
    expect(await links[0]?.send(`sluice:{runs:${user}}`, 'EXISTS', `sluice:{runs:${user}}`)).toBe(0);
  });
});

describe.skipIf(url === '')('when Redis goes away', () => {
  /** A Redis of its own and two processes; whether it `forgets` or only stands still. */
  async function lose(forgets: boolean) {
    const stack = new AsyncDisposableStack();
    const redis = stack.use(await startRedis());
    const links = [stack.use(await open(redis.url)), stack.use(await open(redis.url))] as const;
    const [one, other] = (['one', 'other'] as const).map((id, index) =>
      shareRunPlaces({
        redis: links[index]!,
        maxRunsPerUser: 3,
        processId: () => id,
        liveProcesses: () => ['one', 'other'],
      }),
    );
    return {
      one: one!,
      other: other!,
      goAway: async () => {
        if (forgets) await redis.stop();
        else redis.signal('SIGSTOP');
      },
      comeBack: async () => {
        if (forgets) await redis.start();
        else redis.signal('SIGCONT');
        await expect.poll(() => links.every((link) => link.isAvailable), { timeout: 5000 }).toBe(true);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  }

  it.each([
    ['was started again and has forgotten everything', true],
    ['stood still, and was not told what ended', false],
  ])('refuses in time, and counts right again once Redis, which %s, is back', async (_, forgets) => {
    await using processes = await lose(forgets);
    const { one, other } = processes;
    const places = [await one.admit('u'), await one.admit('u'), await other.admit('u')];
    await processes.goAway();
    const before = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => expect(one.admit('u')).rejects.toEqual(away)));
    expect(performance.now() - before).toBeLessThan(1500);
    places[0]![Symbol.dispose]();
    await processes.comeBack();
    expect(await countFree(other, 'u')).toBe(1);
    places[1]![Symbol.dispose]();
    await expect
      .poll(() =>
        other.admit('u').then(
          () => 'admitted',
          () => 'refused',
        ),
      )
      .toBe('admitted');
    await expect(one.admit('u')).rejects.toEqual(tooMany);
  });
});
