import type { CounterKey } from '../storage/budget-store.ts';
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
