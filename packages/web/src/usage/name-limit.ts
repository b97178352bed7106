import type { LimitState } from '@sluice/shared';

/** @returns what a limit is about, as a heading */
export function nameLimit({ subject, id, label, period, unit }: LimitState): string {
  const when = period === 'day' ? 'today' : 'this month';
  const whose = subject === 'user' ? '' : ` of ${label ?? id}`;
  return `${unit === 'tokens' ? 'Tokens' : 'Requests'} ${when}${whose}`;
}
