import type { Limit } from '@sluice/shared';
import type { Amounts, Counter, CounterKey } from '../storage/budget-store.ts';
import { periodAt } from './period-at.ts';

/** Whom a run is counted for. */
export interface Subjects {
  userId: string;
  tokenId: string | null;
  model: string;
}

/** Every counter that a run could be in, by when it began: those there are must all be kept right. */
export function counterKeysOf(
  { userId, tokenId, model }: Subjects,
  createdAt: number,
): readonly CounterKey[] {
  return (['day', 'month'] as const).flatMap((period) => {
    const { start } = periodAt(period, createdAt);
    return [
      { kind: 'user' as const, id: userId, period, start },
      ...(tokenId === null ? [] : [{ kind: 'token' as const, id: tokenId, period, start }]),
      { kind: 'model' as const, id: model, period, start },
    ];
  });
}

/** What changes nothing of a counter. */
export const nothing: Amounts = { requests: 0, tokens: 0, microUsd: 0, heldTokens: 0, heldMicroUsd: 0 };

/** What runs that go on hold of a limit in this unit; a request is used up as it begins. */
export function heldOf(counter: Counter, unit: Limit['unit']): number {
  return { requests: 0, tokens: counter.heldTokens, microUsd: counter.heldMicroUsd }[unit];
}
