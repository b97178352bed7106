import type { ProviderEvent } from '../../providers/provider.ts';

/** Joins neighbouring deltas of one type; what one upstream read brought becomes as few events as it can, in order. */
export function mergeDeltas(batch: readonly ProviderEvent[]): readonly ProviderEvent[] {
  if (batch.length < 2) return batch;
  const merged: ProviderEvent[] = [];
  for (const event of batch) {
    const last = merged.at(-1);
    if (event.type === 'text-delta' && last?.type === 'text-delta') {
      merged[merged.length - 1] = { type: 'text-delta', text: last.text + event.text };
    } else if (event.type === 'reasoning-delta' && last?.type === 'reasoning-delta') {
      merged[merged.length - 1] = { type: 'reasoning-delta', reasoning: last.reasoning + event.reasoning };
    } else {
      merged.push(event);
    }
  }
  return merged;
}
