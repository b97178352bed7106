import { describe, expect, it } from 'vitest';
import { limitRuns } from './limit-runs.ts';

describe('limitRuns', () => {
  it('holds each user to the limit, and gives a place back once', () => {
    const limiter = limitRuns(2);
    const first = limiter.admit('a');
    limiter.admit('a');
    limiter.admit('b');
    expect(() => limiter.admit('a')).toThrow(expect.objectContaining({ code: 'too_many_runs' }));
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    limiter.admit('a');
    expect(() => limiter.admit('a')).toThrow();
  });

  it('lets everything through when the limit is 0', () => {
    const limiter = limitRuns(0);
    expect(() => Array.from({ length: 1000 }, () => limiter.admit('a'))).not.toThrow();
  });
});
