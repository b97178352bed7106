import type { LimitState } from '@sluice/shared';
import { t } from '../ui/text.ts';

/** @returns what a limit is about, as a heading */
export function nameLimit({ subject, id, label, period, unit }: LimitState): string {
  const things = nameThings(unit, period);
  return subject === 'user' ? things : t('{name}: {things}', { name: label ?? id ?? '', things });
}

function nameThings(unit: LimitState['unit'], period: LimitState['period']): string {
  const isDay = period === 'day';
  switch (unit) {
    case 'requests':
      return isDay ? t('Requests today') : t('Requests this month');
    case 'tokens':
      return isDay ? t('Tokens today') : t('Tokens this month');
    case 'microUsd':
      return isDay ? t('Dollars today') : t('Dollars this month');
    default:
      return unit satisfies never;
  }
}
