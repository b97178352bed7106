import { SluiceError } from '@sluice/shared';
import type { AppliedLimit } from './limits.ts';
import { periodAt } from './period-at.ts';

export interface Shortage {
  limit: AppliedLimit;
  left: number;
  needed: number;
  /** When the run began, epoch ms: its period counts. */
  createdAt: number;
}

/** @returns a `budget_exceeded` that says which limit, of whom, how much and until when */
export function refusalOf({ limit, left, needed, createdAt }: Shortage): SluiceError {
  const { kind, id, period, unit, amount } = limit;
  const whose = { user: 'Your', token: "This token's", model: `Model ${id}'s` }[kind];
  const rest =
    unit === 'requests' || left <= 0 ? 'is used up' : `has ${left} left, and this needs about ${needed}`;
  const { end } = periodAt(period, createdAt);
  return new SluiceError('budget_exceeded', {
    detail: `${whose} limit of ${amount} ${unit} a ${period} ${rest}; it begins anew at ${new Date(end).toISOString().replace('.000', '')}`,
    retryAfterMs: Math.max(0, end - Date.now()),
  });
}
