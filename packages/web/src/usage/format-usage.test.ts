import { describe, expect, it } from 'vitest';
import { formatCost, nameRow } from './format-usage.ts';

const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
const row = (key: string | null, label?: string) => ({
  key,
  ...(label !== undefined && { label }),
  runs: 1,
  errors: 0,
  ...none,
  costMicroUsd: 0,
  unpricedRuns: 0,
});

describe('formatCost', () => {
  it.each([
    [0, 0, '$0.00'],
    [420, 0, '$0.0004'],
    [1_234_567, 0, '$1.23'],
    [1_234_567_890, 2, '$1,234.57 +'],
    [0, 3, '–'],
  ])('writes %i µ$ and %i runs without a price as %s', (costMicroUsd, unpricedRuns, text) => {
    expect(formatCost({ costMicroUsd, unpricedRuns })).toBe(text);
  });
});

describe('nameRow', () => {
  it('names a day, a model, a token, and what came without a token', () => {
    expect(nameRow('day', row('2026-11-21'))).toBe('Nov 21, 2026');
    expect(nameRow('model', row('demo/sluice'))).toBe('demo/sluice');
    expect(nameRow('token', row('t1', 'My script'))).toBe('My script');
    expect(nameRow('token', row(null))).toBe('This page');
  });
});
