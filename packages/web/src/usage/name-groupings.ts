import type { UsageReport } from '@sluice/shared';
import { t } from '../ui/text.ts';

export type Grouping = UsageReport['groupBy'];

/** @returns what people read for what a row can be about, in the order in which it is offered */
export function nameGroupings(): Record<Grouping, string> {
  return {
    'day,model': t('Day and model'),
    day: t('Day'),
    model: t('Model'),
    token: t('Token'),
    user: t('Person'),
  };
}
