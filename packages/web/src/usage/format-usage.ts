import type { UsageReport } from '@sluice/shared';
import { formatDollars } from '../ui/format-dollars.ts';

type Costs = Pick<UsageReport['totals'], 'costMicroUsd' | 'unpricedRuns'>;

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

/** @returns what a row of a report is about */
export function nameRow(groupBy: UsageReport['groupBy'], row: UsageReport['rows'][number]): string {
  const { key, label } = row;
  if (key === null) return groupBy === 'token' ? 'This page' : 'Unknown';
  if (groupBy !== 'day') return label ?? key;
  return new Date(`${key}T00:00:00Z`).toLocaleDateString('en', { dateStyle: 'medium', timeZone: 'UTC' });
}
