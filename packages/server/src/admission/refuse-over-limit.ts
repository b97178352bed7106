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
  const say = (count: number) => (unit === 'microUsd' ? toDollars(count) : String(count));
  const rest =
    unit === 'requests' || left <= 0
      ? 'is used up'
      : `has ${say(left)} left, and this needs about ${say(needed)}`;
  const { end } = periodAt(period, createdAt);
  return new SluiceError('budget_exceeded', {
    detail: `${whose} limit of ${say(amount)}${unit === 'microUsd' ? '' : ` ${unit}`} a ${period} ${rest}; it begins anew at ${new Date(end).toISOString().replace('.000', '')}`,
    retryAfterMs: Math.max(0, end - Date.now()),
  });
}

/** @returns a `budget_exceeded` for a model that cannot be held to a limit of money */
export function unpriced(model: string): SluiceError {
  return new SluiceError('budget_exceeded', {
    detail: `A limit of money applies, and the price of model ${model} is not known here: an administrator can set it in sluice.config.json`,
  });
}

/** @returns as much of it as says something: $12, $1.50, $0.0004 */
function toDollars(microUsd: number): string {
  const dollars = Math.max(0, microUsd) / 1e6;
  if (Number.isInteger(dollars)) return `$${dollars}`;
  return `$${dollars >= 0.01 ? dollars.toFixed(2) : dollars.toPrecision(1)}`;
}
