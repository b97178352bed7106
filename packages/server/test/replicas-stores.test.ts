import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { foldEvents, streamRun } from '@sluice/shared';
import { prove } from './_support/guarantees/prove.ts';
import { scrape } from './_support/scrape.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useReplicas } from './_support/use-replicas.ts';

const pair = useReplicas({ METRICS_PORT: '0' });
const tokens = 300;
const whole = Array.from({ length: tokens }, (_, index) => ` t${index}`).join('');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function start(onDisconnect = 'abort') {
  pair.upstream.script({ tokens, delayMs: 10 });
  const response = await pair.servers[0].call('/api/chat/stream', { body: { message: 'Hi', onDisconnect } });
  expect(response.status).toBe(200);
  await vi.waitFor(() => expect(pair.upstream.stats.tokens).toBeGreaterThan(20));
  return { runId: response.headers.get('x-run-id') ?? '', response };
}

/** As each server tells it to those who watch. */
const readRedisUp = () =>
  Promise.all(pair.servers.map(async (server) => (await scrape(server)).get('sluice_redis_up')));

async function untilWell(): Promise<number> {
  const began = performance.now();
  await vi.waitFor(
    async () => {
      for (const server of pair.servers) {
        const ready = await server.call('/readyz');
        expect([ready.status, await ready.text()]).toEqual([200, 'ready\n']);
      }
    },
    { timeout: 10_000, interval: 50 },
  );
  return performance.now() - began;
}

/** Each makes Redis one that takes nothing, and gives what makes it well again. */
const faults: Record<string, () => Promise<() => Promise<void>>> = {
  'is killed, and comes back empty': async () => {
    await pair.redis.stop();
    return () => pair.redis.start();
  },
  'no longer answers': async () => {
    pair.redis.signal('SIGSTOP');
    return async () => pair.redis.signal('SIGCONT');
  },
  'has no memory left': () => configure('maxmemory', '1', '0'),
  'takes no writes': () => configure('min-replicas-to-write', '1', '0'),
};

async function configure(name: string, bad: string, good: string) {
  const set = async (value: string) => {
    const client = await createClient({ url: pair.redis.url }).connect();
    await client.configSet(name, value);
    client.destroy();
  };
  await set(bad);
  return () => set(good);
}

describe('two servers whose Redis', { timeout: 60_000 }, () => {
  it.each(Object.keys(faults))(
    '%s: running answers go on, new ones are refused, and all is well within five seconds',
    async (fault) => {
      const { runId, response } = await start();
      const own = readEvents(response);
      const elsewhere = (async () => {
        const seen = [];
        try {
          for await (const event of iterateEvents(await pair.servers[1].call(`/api/runs/${runId}/events`)))
            seen.push(event);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
        }
        return seen;
      })();
      await pause(200);
      const mend = await faults[fault]?.();
      await vi.waitFor(
        async () => {
          const ready = await pair.servers[0].call('/readyz');
          expect([ready.status, await ready.text()]).toEqual([200, 'degraded\n']);
          const refused = await pair.servers[0].call('/api/chat/stream', { body: { message: 'Hi' } });
          expect(refused.status).toBe(503);
          expect(await refused.json()).toMatchObject({ code: 'unavailable', retryable: true });
          expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
          expect(await readRedisUp()).toEqual([0, 0]);
        },
        { timeout: 5000 },
      );
      // What is stored can be read.
      expect((await pair.servers[1].call('/api/conversations')).status).toBe(200);
      const events = await own;
      expect([textOf(events), lastOf(events, 'run-end')?.reason]).toEqual([whole, 'complete']);
      // One who follows at the other is cut, never told that it has ended.
      const cut = await elsewhere;
      expect(cut).toEqual(events.slice(0, cut.length));
      expect(cut.length).toBeLessThan(events.length);
      await mend?.();
      prove('lost-redis', { found: await untilWell(), cases: 1 });
      expect(await readRedisUp()).toEqual([1, 1]);
      await vi.waitFor(async () => {
        const again = await pair.servers[1].call(`/api/runs/${runId}/events?after=${cut.length}`);
        expect(again.status).toBe(200);
        expect([...cut, ...(await readEvents(again))]).toEqual(events);
      });
      const { url: baseUrl, token } = pair.servers[1];
      pair.upstream.script({ tokens: 3 });
      const next = foldEvents(
        await Array.fromAsync(streamRun({ baseUrl, token, request: { message: 'Hi' } })),
      );
      expect(next.end).toMatchObject({ reason: 'complete', saved: true });
    },
  );
});

describe('two servers whose Redis is away', { timeout: 60_000 }, () => {
  it.each([
    ['the server that answered', 0],
    ['the other server', 1],
  ] as const)('delete a conversation that was just answered in, at %s', async (_which, index) => {
    const created = await pair.servers[0].call('/api/conversations', { body: {} });
    const { id: conversationId } = (await created.json()) as { id: string };
    pair.upstream.script({ tokens: 3 });
    const body = { message: 'Hi', conversationId };
    const response = await pair.servers[0].call('/api/chat/stream', { body });
    expect(lastOf(await readEvents(response), 'run-end')).toMatchObject({ saved: true });
    const runId = response.headers.get('x-run-id');
    await pair.redis.stop();
    let isBack = false;
    const comeBack = async () => {
      if (isBack) return;
      isBack = true;
      await pair.redis.start();
      await untilWell();
    };
    onTestFinished(comeBack);
    const server = pair.servers[index];
    await vi.waitFor(async () => expect(await (await server.call('/readyz')).text()).toBe('degraded\n'), {
      timeout: 5000,
    });
    const path = `/api/conversations/${conversationId}`;
    expect((await server.call(path, { method: 'DELETE' })).status).toBe(204);
    for (const either of pair.servers) {
      expect((await either.call(path)).status).toBe(404);
      expect((await either.call(`${path}/messages`)).status).toBe(404);
      // It is not only hidden.
      expect(await either.rooms.database.conversations.listHidden()).toEqual([]);
    }
    await comeBack();
    if (index === 0) expect((await server.call(`/api/runs/${runId}/events`)).status).toBe(410);
  });
});

describe('two servers whose Postgres', { timeout: 60_000 }, () => {
  it('is away for longer than a lease: none is taken for dead, and the answer goes on', async () => {
    pair.upstream.script({ tokens: 1500, delayMs: 10 });
    const response = await pair.servers[0].call('/api/chat/stream', { body: { message: 'Hi' } });
    const runId = response.headers.get('x-run-id') ?? '';
    const reading = readEvents(response);
    await vi.waitFor(() => expect(pair.upstream.stats.tokens).toBeGreaterThan(20));
    await pair.postgres.stop();
    onTestFinished(() => pair.postgres.start().catch(() => undefined));
    await pause(10_500);
    await pair.postgres.start();
    const events = await reading;
    expect(lastOf(events, 'run-end')).toMatchObject({ reason: 'complete' });
    expect(textOf(events)).toMatch(/ t1499$/);
    await vi.waitFor(
      async () => {
        const state = await pair.servers[1].call(`/api/runs/${runId}`);
        expect(await state.json()).toMatchObject({ state: 'complete' });
      },
      { timeout: 10_000 },
    );
  });
});

describe('two servers that have lost both', { timeout: 60_000 }, () => {
  it('leave their answers to whoever comes back first, and go on under other names', async () => {
    pair.upstream.script({ tokens: 5000, delayMs: 10 });
    const response = await pair.servers[0].call('/api/chat/stream', { body: { message: 'Hi' } });
    const runId = response.headers.get('x-run-id') ?? '';
    const reading = readEvents(response).catch((error: unknown) => error);
    await vi.waitFor(() => expect(pair.upstream.stats.tokens).toBeGreaterThan(20));
    await Promise.all([pair.redis.stop(), pair.postgres.stop()]);
    onTestFinished(() => pair.postgres.start().catch(() => undefined));
    // Cut, and not told of an end: nobody can know which it will be.
    expect(await reading).toBeInstanceOf(TypeError);
    await vi.waitFor(() => expect(pair.upstream.stats.active).toBe(0));
    await Promise.all([pair.redis.start(), pair.postgres.start()]);
    await untilWell();
    await vi.waitFor(
      async () => {
        const state = await pair.servers[1].call(`/api/runs/${runId}`);
        expect(await state.json()).toMatchObject({ state: 'interrupted' });
      },
      { timeout: 15_000 },
    );
    const { url: baseUrl, token } = pair.servers[0];
    pair.upstream.script({ tokens: 3 });
    const next = foldEvents(await Array.fromAsync(streamRun({ baseUrl, token, request: { message: 'Hi' } })));
    expect(next.end).toMatchObject({ reason: 'complete', saved: true });
  });
});
