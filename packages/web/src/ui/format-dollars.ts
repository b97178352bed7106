/** Below this a cent has no meaning: what a single question costs needs its digits. */
const SMALL_MICRO_USD = 1_000_000;

/** @returns an amount of millionths of a US dollar as people read it */
export function formatDollars(microUsd: number): string {
  if (microUsd > 0 && microUsd < 50) return '< $0.0001';
  const digits = microUsd > 0 && microUsd < SMALL_MICRO_USD ? 4 : 2;
  return (microUsd / 1_000_000).toLocaleString('en', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
