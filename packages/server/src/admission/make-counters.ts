import type { Database } from '../storage/database.ts';
import type { AppliedLimit } from './limits.ts';
import { periodAt } from './period-at.ts';

/** Undoes a transaction that needs counters which are not there: they are made, and it is tried again. */
export class MissingCounters extends Error {
  readonly limits: readonly AppliedLimit[];

  constructor(limits: readonly AppliedLimit[]) {
    super('there are no counters yet');
    this.limits = limits;
  }
}

/** As long as a run may still end whose period it was, and more. */
const KEPT_MS = 40 * 24 * 3_600_000;

/** Makes the counters of limits from the ledger, for the periods that `at` (epoch ms) lies in. */
export async function makeCounters(
  database: Database,
  limits: readonly AppliedLimit[],
  at: number,
): Promise<void> {
  for (const { kind, id, period } of limits) {
    await database.transaction(({ budgets }) =>
      budgets.makeCounter({ kind, id, period, ...periodAt(period, at) }),
    );
  }
  await database.budgets.deleteOldCounters(at - KEPT_MS);
}
