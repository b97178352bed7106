import type { Turn } from '@sluice/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TurnPorts, createTurns } from './stream-turns.ts';

interface Request {
  name: string;
  work: (lock: Lock | null) => unknown;
  settle: () => void;
}

/** Locks as the platform has them: exclusive, and given in the order in which they were asked for. */
class FakeLocks {
  readonly #held = new Set<string>();
  #pending: Request[] = [];

  readonly request = (async (
    name: string,
    options: LockOptions,
    work: (lock: Lock | null) => unknown,
  ): Promise<void> => {
    await Promise.resolve();
    options.signal?.throwIfAborted();
    if (options.ifAvailable === true && this.#isTaken(name)) return void (await work(null));
    const { promise, resolve: settle, reject } = Promise.withResolvers<void>();
    const request = { name, work, settle };
    this.#pending.push(request);
    options.signal?.addEventListener('abort', () => {
      if (!this.#pending.includes(request)) return;
      this.#pending = this.#pending.filter((other) => other !== request);
      reject(new DOMException('left', 'AbortError'));
    });
    this.#grant();
    return promise;
  }) as LockManager['request'];

  readonly query = async () => ({ pending: this.#pending.map(({ name }) => ({ name })) });

  get heldCount() {
    return this.#held.size;
  }

  #isTaken(name: string): boolean {
    return this.#held.has(name) || this.#pending.some((request) => request.name === name);
  }

  #grant(): void {
    for (const request of this.#pending) {
      const { name, work, settle } = request;
      if (this.#held.has(name)) continue;
      this.#held.add(name);
      this.#pending = this.#pending.filter((other) => other !== request);
      void Promise.resolve(work({ name, mode: 'exclusive' })).then(() => {
        this.#held.delete(name);
        settle();
        this.#grant();
      });
    }
  }
}

function openBrowser() {
  const locks = new FakeLocks();
  const listeners = new Set<() => void>();
  const ports: TurnPorts = {
    locks,
    tellWaiting: () => listeners.forEach((listener) => listener()),
    hearWaiting(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isHidden: () => false,
  };
  return { locks, listeners, take: createTurns(ports) };
}

describe('turns of streams', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  async function fill(take: ReturnType<typeof openBrowser>['take']) {
    const held: { turn: Turn; wanted: AbortSignal }[] = [];
    for (let count = 0; count < 4; count += 1) {
      const turn = await take(undefined);
      held.push({ turn, wanted: turn.begin() });
    }
    return held;
  }
  const givenUp = (held: { wanted: AbortSignal }[]) => held.map(({ wanted }) => wanted.aborted);

  it('are kept as long as nobody waits', async () => {
    const { take } = openBrowser();
    const held = await fill(take);
    await pass(60_000);
    expect(givenUp(held)).toEqual([false, false, false, false]);
  });

  it('are given up at once, by one of them, to a fifth that comes when they have been held for long', async () => {
    const { take, locks } = openBrowser();
    const held = await fill(take);
    await pass(5000);
    for (const { turn, wanted } of held) wanted.addEventListener('abort', () => turn.end());
    const fifth = take(undefined);
    await pass(10);
    await fifth;
    expect(givenUp(held)).toEqual([true, false, false, false]);
    await pass(500);
    expect(givenUp(held)).toEqual([true, false, false, false]);
    expect(locks.heldCount).toBe(4);
  });

  it('are held for a second first', async () => {
    const { take } = openBrowser();
    const held = await fill(take);
    for (const { turn, wanted } of held) wanted.addEventListener('abort', () => turn.end());
    let isThere = false;
    void take(undefined).then(() => (isThere = true));
    await pass(990);
    expect(isThere).toBe(false);
    await pass(20);
    expect(isThere).toBe(true);
  });

  it('let eight streams go on with four connections, each within three seconds', async () => {
    const { take, locks } = openBrowser();
    const turns = Array<number>(8).fill(0);
    let most = 0;
    const read = async (index: number) => {
      for (;;) {
        const turn = await take(undefined);
        turns[index] = (turns[index] ?? 0) + 1;
        most = Math.max(most, locks.heldCount);
        const wanted = turn.begin();
        await new Promise((resolve) => wanted.addEventListener('abort', resolve));
        turn.end();
      }
    };
    for (const index of turns.keys()) void read(index);
    await pass(30_000);
    expect(Math.min(...turns)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...turns)).toBeLessThanOrEqual(20);
    expect(most).toBe(4);
  });

  it('are not waited for without end: a tab that sleeps gives nothing up', async () => {
    const { take } = openBrowser();
    await fill(take);
    let isThere = false;
    void take(undefined).then(() => (isThere = true));
    await pass(4900);
    expect(isThere).toBe(false);
    await pass(200);
    expect(isThere).toBe(true);
  });

  it('are not kept for one that left while it waited', async () => {
    const { take, locks, listeners } = openBrowser();
    const held = await fill(take);
    const leaving = new AbortController();
    const waiting = take(leaving.signal).catch((error: unknown) => error);
    await pass(100);
    leaving.abort(new Error('left'));
    expect(await waiting).toMatchObject({ message: 'left' });
    for (const { turn } of held) turn.end();
    await pass(100);
    expect(locks.heldCount).toBe(0);
    expect(listeners.size).toBe(0);
  });
});
