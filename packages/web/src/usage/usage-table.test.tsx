import type { UsageReport } from '@sluice/shared';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { UsageTable } from './usage-table.tsx';

const tokens = {
  inputTokens: 20,
  outputTokens: 30,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

function render(costs: { costMicroUsd: number; unpricedRuns: number }): string {
  const sums = { runs: 2, errors: 0, ...tokens, ...costs };
  const report: UsageReport = {
    from: '2026-11-21',
    to: '2026-11-21',
    groupBy: 'model',
    rows: [{ key: 'demo/sluice', ...sums }],
    totals: sums,
  };
  return renderToStaticMarkup(<UsageTable report={report} name="Model" />);
}

it('says nothing of costs while none is known, and of what is missing when some are', () => {
  expect(render({ costMicroUsd: 0, unpricedRuns: 2 })).not.toMatch(/cost|–/i);
  expect(render({ costMicroUsd: 0, unpricedRuns: 0 })).toContain('$0.00');
  expect(render({ costMicroUsd: 1_000_000, unpricedRuns: 1 })).toMatch(
    /\$1\.00 \+.*The cost of 1 answer is not known/,
  );
});
