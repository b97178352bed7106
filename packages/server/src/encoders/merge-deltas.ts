import type { RunEvent } from '@sluice/shared';

/** @returns the same events, with one delta for all that follow each other: what is there already is told in one go */
export function mergeDeltas(events: readonly RunEvent[]): RunEvent[] {
  const merged: RunEvent[] = [];
  for (const event of events) {
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
