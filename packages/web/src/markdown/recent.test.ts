import { describe, expect, it } from 'vitest';
import { Recent } from './recent.ts';

describe('what is kept of what came last', () => {
  it('is so many, unless they have sizes', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    recent.set('a', 3);
    recent.set('c', 4);
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([3, undefined, 4]);
  });

  it('is no larger together than the limit', () => {
    const recent = new Recent<string>(10, (value) => value.length);
    recent.set('a', 'xxxx');
    recent.set('b', 'xxxx');
    recent.set('b', 'xxxxx');
    expect(recent.get('a')).toBe('xxxx');
    recent.set('c', 'xx');
    expect(['a', 'b', 'c'].map((key) => recent.get(key)?.length)).toEqual([undefined, 5, 2]);
    recent.set('d', 'x'.repeat(11));
    expect(['b', 'c', 'd'].map((key) => recent.get(key)?.length)).toEqual([5, 2, undefined]);
  });
});
