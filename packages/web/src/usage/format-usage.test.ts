import { describe, expect, it } from 'vitest';
import { formatCost, formatSpan, formatTokens, nameRow } from './format-usage.ts';
import { makeRow } from './usage-report.fixture.ts';

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

it('writes a dash, not 0, for what nobody knows', () => {
  expect(formatTokens(0, makeRow(null, { runs: 2, unmeasuredRuns: 2 }))).toBe('–');
  expect(formatTokens(0, makeRow(null, { runs: 2, unmeasuredRuns: 1 }))).toBe('0');
  expect(formatTokens(1200, makeRow(null))).toBe('1,200');
  expect([formatSpan(undefined), formatSpan(340), formatSpan(1250)]).toEqual(['–', '340 ms', '1.3 s']);
});

it('names a day, a model, a token, and what came without a token', () => {
  expect(nameRow('day', makeRow('2026-11-21'))).toBe('Nov 21, 2026');
  expect(nameRow('day,model', makeRow('2026-11-21', { model: 'a/b' }))).toBe('Nov 21, 2026');
  expect(nameRow('model', makeRow('demo/sluice'))).toBe('demo/sluice');
  expect(nameRow('token', makeRow('t1', { label: 'My script' }))).toBe('My script');
  expect(nameRow('token', makeRow(null))).toBe('This page');
});
