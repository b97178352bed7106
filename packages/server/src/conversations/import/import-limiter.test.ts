import { describe, expect, it } from 'vitest';
import { ImportLimiter } from './import-limiter.ts';

const { signal } = new AbortController();

/** Names of those that have begun, in order. */
function starter(maxRunning: number) {
  const limiter = new ImportLimiter(maxRunning);
  const begun: string[] = [];
  const start = async (name: string, until = signal) => {
    const place = await limiter.start(name.slice(0, 1), until);
    begun.push(name);
    return place;
  };
  return { begun, start };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('ImportLimiter', () => {
  it('runs one of each user at a time, and lets others pass by', async () => {
    const { begun, start } = starter(2);
    const first = await start('a1');
    const second = start('a2');
    await start('b1');
    expect(begun).toEqual(['a1', 'b1']);
    first[Symbol.dispose]();
    await second;
    expect(begun).toEqual(['a1', 'b1', 'a2']);
  });

  it('runs few at a time, the rest in the order of their coming', async () => {
    const { begun, start } = starter(1);
    const first = await start('a1');
    const rest = ['b1', 'c1'].map((name) => start(name));
    await settle();
    expect(begun).toEqual(['a1']);
    first[Symbol.dispose]();
    await settle();
    expect(begun).toEqual(['a1', 'b1']);
    (await rest[0])?.[Symbol.dispose]();
    await settle();
    expect(begun).toEqual(['a1', 'b1', 'c1']);
  });

  it('forgets who has stopped waiting', async () => {
    const { begun, start } = starter(1);
    const first = await start('a1');
    const gone = new AbortController();
    const left = start('b1', gone.signal);
    gone.abort();
    await expect(left).rejects.toThrow('aborted');
    await expect(start('c1', gone.signal)).rejects.toThrow('aborted');
    first[Symbol.dispose]();
    await start('d1');
    expect(begun).toEqual(['a1', 'd1']);
  });

  it('refuses a third of one user, until one has ended, and what would wait without end', async () => {
    const limiter = new ImportLimiter(1);
    const [place] = [limiter.admit('a'), limiter.admit('a')];
    expect(() => limiter.admit('a')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    limiter.admit('b');
    place[Symbol.dispose]();
    limiter.admit('a');
    await limiter.start('a', signal);
    for (let index = 0; index < 20; index += 1) void limiter.start(`u${index}`, signal);
    await expect(limiter.start('z', signal)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
