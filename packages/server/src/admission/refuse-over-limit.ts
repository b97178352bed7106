import { SluiceError } from '@sluice/shared';
import type { AppliedLimit } from './limits.ts';
import { periodAt } from './period-at.ts';

/** What others hold is given back when they end. */
const HELD_RETRY_MS = 5000;

export interface Shortage {
  limit: AppliedLimit;
  /** Beside what is held. */
  left: number;
  /** For other runs that go on. */
  held: number;
  needed: number;
  /** When the run began, epoch ms: its period counts. */
  createdAt: number;
}

/** @returns a `budget_exceeded` that says which limit, of whom, how much and until when */
export function refusalOf({ limit, left, held, needed, createdAt }: Shortage): SluiceError {
  const { kind, id, period, unit, amount } = limit;
  const whose = { user: 'Your', token: "This token's", model: `Model ${id}'s` }[kind];
  const say = (count: number) => (unit === 'microUsd' ? toDollars(count) : String(count));
  const whole = `${whose} limit of ${say(amount)}${unit === 'microUsd' ? '' : ` ${unit}`} a ${period}`;
  const { end } = periodAt(period, createdAt);
  const anew = `it begins anew at ${new Date(end).toISOString().replace('.000', '')}`;
  if (held > 0 && left + held > 0) {
    return new SluiceError('budget_exceeded', {
      detail: `${whole} has ${say(left + held)} left, and ${say(held)} of it is held for answers that are being written: wait for one to end, or limit the answer to fewer tokens; ${anew}`,
      retryAfterMs: HELD_RETRY_MS,
    });
  }
  const rest =
    unit === 'requests' || left <= 0
      ? 'is used up'
      : `has ${say(left)} left, and this needs about ${say(needed)}`;
  return new SluiceError('budget_exceeded', {
    detail: `${whole} ${rest}; ${anew}`,
    retryAfterMs: Math.max(0, end - Date.now()),
  });
}

/** @returns a `budget_exceeded` for a model that cannot be held to a limit of money */
export function unpriced(model: string): SluiceError {
  return new SluiceError('budget_exceeded', {
    detail: `A limit of money applies, and the price of model ${model} is not known here: an administrator can set it in sluice.config.json`,
  });
}

/** @returns to the cent, or as exactly as it is known: $12.00, $0.0004 */
function toDollars(microUsd: number): string {
  const dollars = Math.max(0, microUsd) / 1e6;
  const cents = dollars.toFixed(2);
  return `$${Number(cents) === dollars ? cents : String(Number(dollars.toFixed(6)))}`;
}
