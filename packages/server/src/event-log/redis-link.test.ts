import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startRedisCluster } from '../../test/_support/start-redis-cluster.ts';
import { type RunningRedis, hasRedis, startRedis } from '../../test/_support/start-redis.ts';
import { createLogger } from '../observability/logger.ts';
import { openRedis } from './redis-link.ts';

const logger = createLogger('silent');
const ECHO = 'return ARGV[1]';
const unavailable = expect.objectContaining({ code: 'unavailable' });

async function open(options: readonly string[] = []): Promise<{
  redis: RunningRedis;
  link: Awaited<ReturnType<typeof openRedis>>;
}> {
  const redis = await startRedis(options);
  onTestFinished(() => redis[Symbol.asyncDispose]());
  const link = await openRedis(redis.url, logger);
  onTestFinished(() => link[Symbol.asyncDispose]());
  return { redis, link };
}

/** Takes connections, and says nothing. */
async function startSilence(): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

/** Stands before a Redis; while it holds, it keeps to itself what is asked about channels. */
async function startHoldingProxy(target: string) {
  const sockets = new Set<Socket>();
  let held: (() => void)[] | undefined;
  const server = createServer((socket) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    for (const one of [socket, upstream]) sockets.add(one.on('error', () => undefined));
    socket.on('data', (bytes) => {
      if (held !== undefined && bytes.includes('ssubscribe')) held.push(() => upstream.write(bytes));
      else upstream.write(bytes);
    });
    upstream.pipe(socket);
    socket.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    breakAll();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breakAll,
    hold: () => void (held = []),
    isHolding: () => held !== undefined && held.length > 0,
    letGo() {
      for (const pass of held ?? []) pass();
      held = undefined;
    },
  };
}

describe.skipIf(!hasRedis)('the link to Redis', () => {
  it('runs a script that Redis has, or has forgotten', async () => {
    const { redis, link } = await open();
    const echo = (text: string) => link.run(ECHO, { keys: ['k'], args: [text] });
    expect(await echo('a')).toBe('a');
    const recovered = vi.fn();
    link.onRecovery(recovered);
    await redis.stop();
    await expect(echo('b')).rejects.toMatchObject({ code: 'unavailable' });
    expect(link.isAvailable).toBe(false);
    await redis.start();
    await vi.waitFor(() => expect(recovered).toHaveBeenCalledOnce(), { timeout: 5000 });
    expect(await echo('c')).toBe('c');
  });

  it('goes on listening once Redis is back, and stops when asked', async () => {
    const { redis, link } = await open();
    const heard: string[] = [];
    const listening = await link.subscribe('{c}', (message) => heard.push(message));
    await redis.stop();
    await vi.waitFor(() => expect(link.isAvailable).toBe(false));
    await redis.start();
    await vi.waitFor(() => expect(link.isAvailable).toBe(true), { timeout: 5000 });
    await link.send('{c}', 'SPUBLISH', '{c}', 'a');
    await vi.waitFor(() => expect(heard).toEqual(['a']));
    await listening[Symbol.asyncDispose]();
    await link.send('{c}', 'SPUBLISH', '{c}', 'b');
    await sleep(50);
    expect(heard).toEqual(['a']);
  });

  it('does not listen any more to what was left while it came back', async () => {
    const { redis, link: other } = await open();
    const proxy = await startHoldingProxy(redis.url);
    const link = await openRedis(proxy.url, logger);
    onTestFinished(() => link[Symbol.asyncDispose]());
    const leaving = await link.subscribe('{c}', () => undefined);
    const staying = await link.subscribe('{d}', () => undefined);
    proxy.hold();
    proxy.breakAll();
    await vi.waitFor(() => expect(proxy.isHolding()).toBe(true), { timeout: 2000 });
    await leaving[Symbol.asyncDispose]();
    proxy.letGo();
    await vi.waitFor(() => expect(link.isAvailable).toBe(true), { timeout: 2000 });
    const countListeners = () => other.send('{c}', 'PUBSUB', 'SHARDNUMSUB', '{c}', '{d}');
    await vi.waitFor(async () => expect(await countListeners()).toEqual(['{c}', 0, '{d}', 1]));
    await staying[Symbol.asyncDispose]();
    expect(await countListeners()).toEqual(['{c}', 0, '{d}', 0]);
  });

  it('gives up one that no longer answers within two seconds, though nobody asks it for anything', async () => {
    const { redis, link } = await open();
    redis.signal('SIGSTOP');
    await vi.waitFor(() => expect(link.isAvailable).toBe(false), { timeout: 2500 });
    // Others come and go in its place meanwhile.
    await sleep(2500);
    redis.signal('SIGCONT');
    await vi.waitFor(() => expect(link.isAvailable).toBe(true), { timeout: 5000 });
  });

  it('gives up a cluster of which one node no longer answers, though the others do', async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster[Symbol.asyncDispose]());
    const link = await openRedis(cluster.url, logger);
    onTestFinished(() => link[Symbol.asyncDispose]());
    const [silent, other] = [await cluster.nodeOf('foo'), await cluster.nodeOf('bar')];
    expect(silent).not.toBe(other);
    const listening = await link.subscribe('foo', () => undefined);
    const talk = setInterval(() => void link.send('bar', 'GET', 'bar').catch(() => {}), 200);
    onTestFinished(() => clearInterval(talk));
    silent.signal('SIGSTOP');
    const ended = [
      link.send('foo', 'GET', 'foo').catch((error: unknown) => error),
      link.run(ECHO, { keys: ['foo'], args: ['a'] }).catch((error: unknown) => error),
      link.subscribe('{foo}', () => undefined).catch((error: unknown) => error),
      listening[Symbol.asyncDispose](),
    ];
    const hung = sleep(2000, 'hung');
    expect(await Promise.all(ended.map((one) => Promise.race([one, hung])))).toEqual([
      unavailable,
      unavailable,
      unavailable,
      undefined,
    ]);
    silent.signal('SIGCONT');
    await vi.waitFor(() => expect(link.isAvailable).toBe(true), { timeout: 5000 });
    expect(await link.run(ECHO, { keys: ['foo'], args: ['b'] })).toBe('b');
  });

  it('does not take it for lost when this process stood still itself', async () => {
    const { link } = await open();
    const asked = link.run(ECHO, { keys: ['k'], args: ['a'] });
    const end = performance.now() + 1500;
    while (performance.now() < end);
    expect(await asked).toBe('a');
    await sleep(200);
    expect(link.isAvailable).toBe(true);
  });

  it.each([
    ['gives up one that a script keeps busy', 'BUSY Redis is busy running a script.', false],
    ['keeps one that moves a slot just now', 'TRYAGAIN Multiple keys request during rehashing', true],
  ])('%s', async (_what, refusal, isAvailable) => {
    const { link } = await open();
    const refuse = link.run('return redis.error_reply(ARGV[1])', { keys: ['k'], args: [refusal] });
    await expect(refuse).rejects.toMatchObject({ code: 'unavailable' });
    expect(link.isAvailable).toBe(isAvailable);
  });

  it('tells an error of a script from a Redis that is lost', async () => {
    const { link } = await open();
    await expect(link.run("return redis.call('NOPE')", { keys: ['k'], args: [] })).rejects.toThrow(
      'Unknown Redis command',
    );
    expect(link.isAvailable).toBe(true);
  });

  it.each([
    ['has another password', 'redis://:wrong@', /cannot use Redis at 127\.0\.0\.1:\d+: (WRONGPASS|ERR)/],
    ['wants one', 'redis://', /cannot use Redis at 127\.0\.0\.1:\d+: NOAUTH/],
  ])(
    'refuses at once to start with one that %s, and names it without one',
    async (_what, prefix, message) => {
      const locked = await startRedis(['--requirepass', 'secret']);
      onTestFinished(() => locked[Symbol.asyncDispose]());
      const began = performance.now();
      const failure = await openRedis(locked.url.replace('redis://', prefix), logger).catch(String);
      expect(failure).toMatch(message);
      expect(failure).not.toContain('wrong');
      expect(performance.now() - began).toBeLessThan(2000);
    },
  );

  it('does not start with one that never says a word', async () => {
    const silence = await startSilence();
    const { port } = silence.address() as AddressInfo;
    await expect(openRedis(`redis://127.0.0.1:${port}`, logger)).rejects.toThrow(
      `cannot use Redis at 127.0.0.1:${port}`,
    );
  });
});
