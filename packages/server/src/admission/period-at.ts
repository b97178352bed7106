import type { Limit } from '@sluice/shared';

/** The day or month of the UTC calendar that a time lies in, epoch ms: `start` included, `end` not. */
export function periodAt(period: Limit['period'], at: number): { start: number; end: number } {
  const date = new Date(at);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return period === 'month'
    ? { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) }
    : { start: Date.UTC(year, month, day), end: Date.UTC(year, month, day + 1) };
}
