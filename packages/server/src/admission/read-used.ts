import type { Limit } from '@sluice/shared';
import type { CounterKey } from '../storage/budget-store.ts';
import type { Database } from '../storage/database.ts';
import { heldOf } from './counter-keys.ts';
import { periodAt } from './period-at.ts';

/**
 * How much of each limit is used in the period that goes on, what running answers hold included; null for one that binds many, and for one
 * that nobody has come near since it was set.
 */
export async function readUsed(
  database: Database,
  limits: readonly Limit[],
  at: number,
): Promise<(number | null)[]> {
  const keys = limits.map(({ subject, id, period }): CounterKey | null =>
    subject === 'default' ? null : { kind: subject, id: id ?? '', period, start: periodAt(period, at).start },
  );
  const counters = await database.budgets.readCounters(keys.filter((key) => key !== null));
  return limits.map(({ unit }, index) => {
    const key = keys[index];
    const counter = counters.find(
      ({ kind, id, period }) => kind === key?.kind && id === key.id && period === key.period,
    );
    return counter === undefined ? null : counter[unit] + heldOf(counter, unit);
  });
}
