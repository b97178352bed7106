import { describe, expect, it } from 'vitest';
import { writeUsageCsv } from './usage-csv.ts';
import { makeReport, makeRow } from './usage-report.fixture.ts';

const lines = (text: string) => text.split('\r\n');
const tail =
  'answers,errors,input_tokens,output_tokens,cache_read_tokens,cache_write_tokens,reasoning_tokens,cost_usd,answers_without_price,answers_without_tokens,first_token_p50_ms,first_token_p95_ms';

describe('usage as CSV', () => {
  it('has a line of names, one per row, and an end for each', () => {
    const row = makeRow('2026-11-21', {
      model: 'a/b',
      runs: 3,
      errors: 1,
      inputTokens: 12,
      outputTokens: 5,
      costMicroUsd: 1_500_000,
      firstTokenMs: { p50: 120, p95: 900 },
    });
    expect(lines(writeUsageCsv(makeReport([row], 'day,model')))).toEqual([
      `day,model,${tail}`,
      '2026-11-21,a/b,3,1,12,5,0,0,0,1.5,0,0,120,900',
      '',
    ]);
  });

  it('leaves empty what nobody knows', () => {
    const row = makeRow('2026-11-21', { unpricedRuns: 1 });
    expect(lines(writeUsageCsv(makeReport([row], 'day')))[1]).toBe('2026-11-21,1,0,0,0,0,0,0,,1,0,,');
    const failed = makeRow('2026-11-21', { unmeasuredRuns: 1 });
    expect(lines(writeUsageCsv(makeReport([failed], 'day')))[1]).toBe('2026-11-21,1,0,,,,,,0,0,1,,');
  });

  it('quotes what needs it, and disarms what a spreadsheet would run', () => {
    const label = (text: string) => makeRow('t', { label: text });
    const rows = ['say "hi", twice', '=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\tx', 'two\r\nlines'].map(
      label,
    );
    const text = writeUsageCsv(makeReport(rows, 'token'));
    expect(text).toContain('\r\nt,"say ""hi"", twice",1,');
    expect(text).toContain(`\r\nt,"'=HYPERLINK(""x"")",1,`);
    for (const name of [`'+1`, `'-1`, `'@SUM(A1)`, `'\tx`]) expect(text).toContain(`\r\nt,${name},1,`);
    expect(text).toContain('\r\nt,"two\r\nlines",1,');
  });
});
