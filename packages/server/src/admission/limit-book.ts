// In: limits as administrators set them. Out: the same, and for those whom they bind, how much of them is used.
// Never: a limit of somebody or something that is not there.
import {
  type LimitChange,
  type LimitList,
  type LimitState,
  type LimitStateList,
  SluiceError,
} from '@sluice/shared';
import { type Audit, noAudit } from '../observability/audit.ts';
import type { Counter, CounterKey } from '../storage/budget-store.ts';
import type { Database } from '../storage/database.ts';
import { type Subjects, heldOf } from './counter-keys.ts';
import type { AppliedLimit, Limits } from './limits.ts';
import { makeCounters } from './make-counters.ts';
import { periodAt } from './period-at.ts';

export interface LimitBook {
  list(): Promise<LimitList>;
  /**
   * Counts at once, also for answers that are being written when they ask for more.
   * @returns all limits as they are then
   * @throws {SluiceError} `invalid_request` naming the field
   */
  change(change: LimitChange): Promise<LimitList>;
  /** The limits that bind a caller: their own, those of the token they ask with, and those of models. */
  statesOf(caller: Omit<Subjects, 'model'>): Promise<LimitStateList>;
}

export function createLimitBook(database: Database, limits: Limits, audit: Audit = noAudit): LimitBook {
  const list = async () => ({ limits: await database.budgets.listLimits() });
  return {
    list,
    async change({ subject, id, ...limit }) {
      // What is no longer there may have limits, which may be taken away.
      if (limit.amount !== null) await refuseUnknown(database, subject, id ?? '');
      await database.transaction(({ budgets }) => budgets.putLimit({ subject, id: id ?? null, ...limit }));
      limits.forget();
      audit.note('limit.changed', { subject, target: id ?? 'default', ...limit });
      return list();
    },
    async statesOf(caller) {
      const now = Date.now();
      const applied = (await limits.applyingTo(caller)).toSorted(byNearness);
      if (applied.length === 0) return { limits: [] };
      const keys = applied.map((limit) => keyOf(limit, now));
      let counters = await database.budgets.readCounters(keys);
      const missing = applied.filter((limit) => find(counters, limit) === undefined);
      if (missing.length > 0) {
        await makeCounters(database, missing, now);
        counters = await database.budgets.readCounters(keys);
      }
      return { limits: applied.map((limit) => toState(limit, find(counters, limit), now)) };
    },
  };
}

async function refuseUnknown(
  { users, apiTokens }: Database,
  subject: LimitChange['subject'],
  id: string,
): Promise<void> {
  const isKnown =
    (subject !== 'user' || (await users.find(id)) !== undefined) &&
    (subject !== 'token' || (await apiTokens.find(id)) !== undefined);
  if (!isKnown) throw new SluiceError('invalid_request', { detail: `id: there is no such ${subject}` });
}

const kinds = ['user', 'token', 'model'];
/** What is the caller's own first. */
const byNearness = (one: AppliedLimit, other: AppliedLimit) =>
  kinds.indexOf(one.kind) - kinds.indexOf(other.kind);

const keyOf = ({ kind, id, period }: AppliedLimit, at: number): CounterKey => ({
  kind,
  id,
  period,
  start: periodAt(period, at).start,
});

const find = (counters: readonly Counter[], { kind, id, period }: AppliedLimit) =>
  counters.find((counter) => counter.kind === kind && counter.id === id && counter.period === period);

function toState(
  { kind, id, label, period, unit, amount }: AppliedLimit,
  counter: Counter | undefined,
  now: number,
): LimitState {
  const used = counter?.[unit] ?? 0;
  const held = counter === undefined ? 0 : heldOf(counter, unit);
  return {
    subject: kind,
    id: kind === 'user' ? null : id,
    label: kind === 'token' ? label : null,
    period,
    unit,
    amount,
    used,
    held,
    left: Math.max(0, amount - used - held),
    resetsAt: new Date(periodAt(period, now).end).toISOString(),
  };
}
