import type { LimitState } from '@sluice/shared';

/** @returns what a limit is about, as a heading */
export function nameLimit({ subject, id, label, period, unit }: LimitState): string {
  const things = unit === 'microUsd' ? 'dollars' : unit;
  const what = `${things} ${period === 'day' ? 'today' : 'this month'}`;
  return subject === 'user' ? what.slice(0, 1).toUpperCase() + what.slice(1) : `${label ?? id}: ${what}`;
}
