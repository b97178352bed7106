import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderEvent } from '../../providers/provider.ts';
import { mergeDeltas } from './merge-deltas.ts';

const text = (value: string): ProviderEvent => ({ type: 'text-delta', text: value });
const reasoning = (value: string): ProviderEvent => ({ type: 'reasoning-delta', reasoning: value });
const finish: ProviderEvent = { type: 'finish', reason: 'complete' };

describe('mergeDeltas', () => {
  it('joins runs of one type and keeps the order of the rest', () => {
    expect(mergeDeltas([reasoning('a'), reasoning('b'), text('c'), text('d'), finish])).toEqual([
      reasoning('ab'),
      text('cd'),
      finish,
    ]);
  });

  it('loses and repeats nothing', () => {
    const arbitrary = fc.array(fc.oneof(fc.string().map(text), fc.string().map(reasoning)));
    const written = (events: readonly ProviderEvent[], type: 'text' | 'reasoning') =>
      events.map((event) => (type in event ? (event as Record<string, unknown>)[type] : '')).join('');
    fc.assert(
      fc.property(arbitrary, (events) => {
        for (const type of ['text', 'reasoning'] as const) {
          expect(written(mergeDeltas(events), type)).toBe(written(events, type));
        }
      }),
    );
  });
});
