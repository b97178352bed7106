import type { UsageReport } from '@sluice/shared';
import { formatDate, formatDuration, formatNumber } from '../ui/format.ts';
import { formatDollars } from '../ui/format-dollars.ts';
import { t } from '../ui/text.ts';

type Sums = UsageReport['totals'];
type Costs = Pick<Sums, 'costMicroUsd' | 'unpricedRuns'>;

/** Whether the price of anything that was used is known. */
export function isCostKnown({ costMicroUsd, unpricedRuns }: Costs): boolean {
  return costMicroUsd > 0 || unpricedRuns === 0;
}

/** @returns dollars; a `+` says that there is more whose price is not known, a dash that none of it is */
export function formatCost(costs: Costs): string {
  if (!isCostKnown(costs)) return '–';
  const { costMicroUsd, unpricedRuns } = costs;
  const amount = formatDollars(costMicroUsd);
  return unpricedRuns > 0 ? `${amount} +` : amount;
}

/** @returns a count of tokens; a dash where nobody counted any */
export function formatTokens(count: number, { runs, unmeasuredRuns }: Sums): string {
  return unmeasuredRuns >= runs ? '–' : formatNumber(count);
}

/** @returns a span of time; a dash for none */
export function formatSpan(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}

/** @returns what a row of a report is about; of a day and a model, the day */
export function nameRow(groupBy: UsageReport['groupBy'], row: UsageReport['rows'][number]): string {
  const { key, label } = row;
  if (key === null) return groupBy === 'token' ? t('This page') : t('Unknown');
  if (groupBy !== 'day' && groupBy !== 'day,model') return label ?? key;
  return formatDate(`${key}T00:00:00Z`, { dateStyle: 'medium', timeZone: 'UTC' });
}
