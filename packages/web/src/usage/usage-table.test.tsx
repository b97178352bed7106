import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { makeReport, makeRow } from './usage-report.fixture.ts';
import { UsageTable } from './usage-table.tsx';

const used = { inputTokens: 20, outputTokens: 30, firstTokenMs: { p50: 1, p95: 2 } };

function render(costs: { costMicroUsd: number; unpricedRuns: number }): string {
  const report = makeReport([makeRow('demo/sluice', { ...used, ...costs })], 'model');
  return renderToStaticMarkup(<UsageTable report={report} name="Model" />);
}

it('says nothing of costs while none is known, and of what is missing when some are', () => {
  expect(render({ costMicroUsd: 0, unpricedRuns: 2 })).not.toMatch(/cost|–/i);
  expect(render({ costMicroUsd: 0, unpricedRuns: 0 })).toContain('$0.00');
  expect(render({ costMicroUsd: 1_000_000, unpricedRuns: 1 })).toMatch(
    /\$1\.00 \+.*The cost of 1 answer is not known/,
  );
});

it('has days and models beside each other, the latest day first, and a dash for what is not known', () => {
  const report = makeReport(
    [
      makeRow('2026-11-20', { model: 'a/b', ...used }),
      makeRow('2026-11-21', { model: 'a/b', unmeasuredRuns: 1, errors: 1 }),
    ],
    'day,model',
  );
  const text = renderToStaticMarkup(<UsageTable report={report} name="" />).replaceAll(/<[^>]+>/g, '|');
  expect(text.indexOf('Nov 21')).toBeLessThan(text.indexOf('Nov 20'));
  expect(text).toMatch(/Nov 21, 2026\|+a\/b\|+1\|+1\|+–\|+–\|+\$0\.00\|+–\|+–/);
});
