import type { UsageReport } from '@sluice/shared';
import type { Database } from '../storage/database.ts';
import type { FirstTokens, UsageQuery, UsageRow, UsageSums } from '../storage/usage-store.ts';

const MS_PER_DAY = 86_400_000;

const none: UsageSums = {
  runs: 0,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  costMicroUsd: 0,
  unpricedRuns: 0,
  unmeasuredRuns: 0,
};

/** What the ledger says of the runs that began between two times and have ended. */
export async function reportUsage(
  { usage }: Pick<Database, 'usage'>,
  query: UsageQuery,
): Promise<UsageReport> {
  const [rows, firstTokens] = await Promise.all([usage.sum(query), usage.readFirstTokens(query)]);
  const times = new Map(firstTokens.groups.map(({ key, model, ...span }) => [nameGroup(key, model), span]));
  return {
    from: new Date(query.from).toISOString(),
    to: new Date(query.to).toISOString(),
    groupBy: query.groupBy,
    rows: rows.map((row) => toReportRow(row, times.get(nameGroup(row.key, row.model)) ?? null)),
    totals: { ...rows.reduce(add, none), firstTokenMs: firstTokens.all },
  };
}

const nameGroup = (key: UsageRow['key'], model: string | null) => `${key} ${model}`;

/** A day comes from the database as its number since 1970. */
function toReportRow(
  { key, model, label, ...sums }: UsageRow,
  firstTokenMs: FirstTokens['all'],
): UsageReport['rows'][number] {
  const name = typeof key === 'number' ? new Date(key * MS_PER_DAY).toISOString().slice(0, 10) : key;
  return {
    key: name,
    ...(model !== null && { model }),
    ...(label !== null && { label }),
    ...sums,
    firstTokenMs,
  };
}

function add(total: UsageSums, row: UsageSums): UsageSums {
  const names = Object.keys(none) as (keyof UsageSums)[];
  return Object.fromEntries(names.map((name) => [name, total[name] + row[name]])) as unknown as UsageSums;
}
