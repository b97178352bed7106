const MS_PER_DAY = 86_400_000;

/** Days in UTC (`2026-11-21`), as the ledger counts them; both are included. */
export interface UsageRange {
  from: string;
  to: string;
}

const toDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** @returns so many days that end today */
export function lastDays(count: number, now = Date.now()): UsageRange {
  return { from: toDay(now - (count - 1) * MS_PER_DAY), to: toDay(now) };
}

/** @returns the day after; the server's `to` is not included */
export function dayAfter(day: string): string {
  return toDay(Date.parse(day) + MS_PER_DAY);
}

/** Whether there is a day in it, and both its ends are days. */
export function isRange({ from, to }: UsageRange): boolean {
  return Number.isFinite(Date.parse(from)) && Number.isFinite(Date.parse(to)) && from <= to;
}

/** @returns each day of it, at most the last `most` */
export function daysOf({ from, to }: UsageRange, most = 400): string[] {
  const last = Date.parse(to);
  const first = Math.max(Date.parse(from), last - (most - 1) * MS_PER_DAY);
  return Array.from({ length: Math.round((last - first) / MS_PER_DAY) + 1 }, (_, index) =>
    toDay(first + index * MS_PER_DAY),
  );
}
