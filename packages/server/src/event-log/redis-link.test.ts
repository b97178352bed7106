import { type AddressInfo, type Server, createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type RunningRedis, hasRedis, startRedis } from '../../test/_support/start-redis.ts';
import { createLogger } from '../observability/logger.ts';
import { openRedis } from './redis-link.ts';

const logger = createLogger('silent');
const ECHO = 'return ARGV[1]';

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
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual(['a']);
  });

  it('gives up one that no longer answers within two seconds, though nobody asks it for anything', async () => {
    const { redis, link } = await open();
    redis.signal('SIGSTOP');
    await vi.waitFor(() => expect(link.isAvailable).toBe(false), { timeout: 2500 });
    // Others come and go in its place meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    redis.signal('SIGCONT');
    await vi.waitFor(() => expect(link.isAvailable).toBe(true), { timeout: 5000 });
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
