import type { UsageReport } from '@sluice/shared';

const none = {
  runs: 1,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  costMicroUsd: 0,
  unpricedRuns: 0,
  unmeasuredRuns: 0,
  firstTokenMs: null,
};

type Row = UsageReport['rows'][number];

export function makeRow(key: string | null, changes: Partial<Row> = {}): Row {
  return { key, ...none, ...changes };
}

/** Its totals are those of the first row. */
export function makeReport(rows: UsageReport['rows'], groupBy: UsageReport['groupBy']): UsageReport {
  const [{ key: _key, model: _model, label: _label, ...totals } = makeRow(null)] = rows;
  return { from: '2026-11-20T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z', groupBy, rows, totals };
}
