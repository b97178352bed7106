import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OfferedModel } from './catalog-model.ts';
import { LiveModels, type ModelSource } from './live-models.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MINUTE = 60_000;

/** A source that answers as told, one call after the other; the last answer stays. */
function sourceOf(answers: (OfferedModel[] | Error | 'never')[], more: Partial<ModelSource> = {}) {
  const asked: number[] = [];
  const source: ModelSource = {
    provider: 'lab',
    isLookedFor: false,
    async list(signal) {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(Date.now());
      if (answer instanceof Error) throw answer;
      if (answer !== 'never') return answer;
      const { promise, reject } = Promise.withResolvers<OfferedModel[]>();
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      return promise;
    },
    ...more,
  };
  return { source, asked };
}

function watch(...sources: ModelSource[]) {
  const listed: [string, string[]][] = [];
  const failed: [string, unknown][] = [];
  const live = new LiveModels({
    onListed: (provider, models) => listed.push([provider, models.map(({ name }) => name)]),
    onFailed: (provider, error) => failed.push([provider, error]),
  });
  live.watch(sources);
  return { live, listed, failed };
}

const refused = new Error('refused');

describe('LiveModels', () => {
  it('asks at once, and every ten minutes', async () => {
    const { source, asked } = sourceOf([[{ name: 'a' }], [{ name: 'a' }, { name: 'b' }]]);
    const { live, listed } = watch(source);
    await vi.advanceTimersByTimeAsync(0);
    expect(listed).toEqual([['lab', ['a']]]);
    await vi.advanceTimersByTimeAsync(10 * MINUTE - 1);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(listed.at(-1)).toEqual(['lab', ['a', 'b']]);
    live[Symbol.dispose]();
  });

  it('asks sooner after a failure, which it tells once and which takes nothing away', async () => {
    const { source, asked } = sourceOf([[{ name: 'a' }], refused, refused, refused, [{ name: 'b' }]]);
    const { live, listed, failed } = watch(source);
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    await vi.advanceTimersByTimeAsync(3.5 * MINUTE);
    const [, second = 0, third = 0, fourth = 0, fifth = 0] = asked;
    expect([third - second, fourth - third, fifth - fourth]).toEqual([30_000, 60_000, 120_000]);
    expect(failed).toEqual([['lab', refused]]);
    expect(listed).toEqual([
      ['lab', ['a']],
      ['lab', ['b']],
    ]);
    await vi.advanceTimersByTimeAsync(9 * MINUTE);
    expect(asked).toHaveLength(5);
    live[Symbol.dispose]();
  });

  const longestGap = (asked: number[]) =>
    Math.max(...asked.slice(1).map((at, index) => at - (asked[index] ?? 0)));

  it('never asks less often than every ten minutes', async () => {
    const { source, asked } = sourceOf([[{ name: 'a' }], refused]);
    const { live } = watch(source);
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
    expect(longestGap(asked)).toBe(10 * MINUTE);
    live[Symbol.dispose]();
  });

  it('asks every minute who has never answered: it may only start late', async () => {
    const { source, asked } = sourceOf([...Array<Error>(30).fill(refused), [{ name: 'a' }], refused]);
    const { live, listed, failed } = watch(source);
    await vi.advanceTimersByTimeAsync(30 * MINUTE);
    expect(longestGap(asked)).toBe(MINUTE);
    expect(failed).toHaveLength(1);
    expect(listed).toEqual([['lab', ['a']]]);
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
    expect(longestGap(asked)).toBe(10 * MINUTE);
    live[Symbol.dispose]();
  });

  it('gives one look ten seconds', async () => {
    const { source } = sourceOf(['never']);
    const deadline = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal);
    const { live, failed } = watch(source);
    expect(timeout).toHaveBeenCalledWith(10_000);
    deadline.abort(new Error('time is up'));
    await vi.advanceTimersByTimeAsync(0);
    expect(failed).toEqual([['lab', new Error('time is up')]]);
    timeout.mockRestore();
    live[Symbol.dispose]();
  });

  it('looks every half minute, in silence, for what nobody has named, until it has models', async () => {
    const { source, asked } = sourceOf([refused, refused, [], [{ name: 'a' }]], { isLookedFor: true });
    const { live, listed, failed } = watch(source);
    await vi.advanceTimersByTimeAsync(1.5 * MINUTE);
    expect(asked).toHaveLength(4);
    expect(failed).toEqual([]);
    expect(listed.at(-1)).toEqual(['lab', ['a']]);
    await vi.advanceTimersByTimeAsync(9 * MINUTE);
    expect(asked).toHaveLength(4);
    live[Symbol.dispose]();
  });

  it('tells when the first look is over, however it went', async () => {
    const { live } = watch(sourceOf([refused]).source);
    await expect(live.firstLook('lab')).resolves.toBeUndefined();
    await expect(live.firstLook('nobody')).resolves.toBeUndefined();
    live[Symbol.dispose]();
  });

  it('leaves sources that stay in their rhythm, and asks no more those that go', async () => {
    const stays = sourceOf([[{ name: 'a' }]]);
    const goes = sourceOf(['never'], { provider: 'other' });
    const { live, listed, failed } = watch(stays.source, goes.source);
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    const comes = sourceOf([[{ name: 'c' }]], { provider: 'other' });
    live.watch([stays.source, comes.source]);
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect([stays.asked.length, goes.asked.length, comes.asked.length]).toEqual([2, 1, 1]);
    expect(listed.at(-2)).toEqual(['other', ['c']]);
    expect(failed).toEqual([]);
    live[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
    expect(stays.asked).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});
