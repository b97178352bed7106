import type { UsageReport } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { plotByModel, plotFirstTokens, stack } from './plot-series.ts';
import { dayAfter, daysOf, isRange, lastDays } from './usage-range.ts';
import { makeReport, makeRow } from './usage-report.fixture.ts';

const days = ['2026-11-20', '2026-11-21', '2026-11-22'];
const report = (...rows: UsageReport['rows']) => makeReport(rows, 'day,model');

describe('a plot of what was used', () => {
  it('has a value for every day, and the model with the most first', () => {
    const rows = [
      makeRow(days[0]!, { model: 'a/small', inputTokens: 1, outputTokens: 2 }),
      makeRow(days[2]!, { model: 'b/big', inputTokens: 10, outputTokens: 20 }),
      makeRow(days[2]!, { model: 'c/none' }),
    ];
    const plot = plotByModel(report(...rows), { metric: 'tokens', days, others: 'Others' });
    expect(plot).toEqual([
      { name: 'b/big', values: [0, 0, 30] },
      { name: 'a/small', values: [3, 0, 0] },
    ]);
    expect(stack(plot)).toEqual([
      [3, 0, 30],
      [3, 0, 0],
    ]);
  });

  it('shows the models beyond the first five as one, but not a single one', () => {
    const rows = Array.from({ length: 8 }, (_, index) =>
      makeRow(days[0]!, { model: `m/${index}`, runs: 8 - index }),
    );
    const options = { metric: 'answers', days, others: 'Others' } as const;
    const names = (count: number) =>
      plotByModel(report(...rows.slice(0, count)), options).map(({ name }) => name);
    expect(names(6)).toEqual(['m/0', 'm/1', 'm/2', 'm/3', 'm/4', 'm/5']);
    expect(names(8)).toEqual(['m/0', 'm/1', 'm/2', 'm/3', 'm/4', 'Others']);
    expect(plotByModel(report(...rows), options).at(-1)?.values).toEqual([3 + 2 + 1, 0, 0]);
  });

  it('has no time to the first token for a day that knows none', () => {
    const rows = [makeRow(days[1]!, { firstTokenMs: { p50: 7, p95: 9 } })];
    expect(plotFirstTokens(makeReport(rows, 'day'), days)).toEqual([
      { name: 'p50', values: [null, 7, null] },
      { name: 'p95', values: [null, 9, null] },
    ]);
  });
});

describe('a range of days', () => {
  it('ends today, and has as many days as were asked for', () => {
    const now = Date.parse('2026-03-01T00:30:00Z');
    expect(lastDays(1, now)).toEqual({ from: '2026-03-01', to: '2026-03-01' });
    expect(daysOf(lastDays(3, now))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(dayAfter('2026-02-28')).toBe('2026-03-01');
    expect(daysOf({ from: '2000-01-01', to: '2026-03-01' }, 2)).toEqual(['2026-02-28', '2026-03-01']);
  });

  it('has two ends, the first first', () => {
    expect(isRange({ from: '2026-03-01', to: '2026-03-01' })).toBe(true);
    expect(isRange({ from: '2026-03-02', to: '2026-03-01' })).toBe(false);
    expect(isRange({ from: '', to: '2026-03-01' })).toBe(false);
  });
});
