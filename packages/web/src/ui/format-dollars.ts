import { formatNumber } from './format.ts';

/** Below this a cent has no meaning: what a single question costs needs its digits. */
const SMALL_MICRO_USD = 1_000_000;

/** @returns an amount of millionths of a US dollar as people read it */
export function formatDollars(microUsd: number): string {
  if (microUsd > 0 && microUsd < 50) return `< ${formatDollars(100)}`;
  const digits = microUsd > 0 && microUsd < SMALL_MICRO_USD ? 4 : 2;
  return formatNumber(microUsd / 1_000_000, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
