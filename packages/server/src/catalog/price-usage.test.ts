import type { Price, Usage } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { priceUsage, ratesOf } from './price-usage.ts';

const usage: Usage = {
  inputTokens: 1000,
  outputTokens: 100,
  cacheReadTokens: 600,
  cacheWriteTokens: 300,
  reasoningTokens: 40,
  source: 'provider',
};
const price: Price = { inputPerMTok: 3, outputPerMTok: 15 };

describe('the price of a call', () => {
  it('is that of its tokens where nothing else is known of caches and reasoning', () => {
    expect(priceUsage(usage, price)).toBe(1000 * 3 + 100 * 15);
  });

  it('counts cached and written input and reasoning once, each at its own price', () => {
    const detailed = { ...price, cacheReadPerMTok: 0.3, cacheWritePerMTok: 3.75, reasoningPerMTok: 30 };
    expect(priceUsage(usage, detailed)).toBe(100 * 3 + 600 * 0.3 + 300 * 3.75 + 60 * 15 + 40 * 30);
  });

  it('is that of long prompts for the whole of a call whose prompt is long', () => {
    const longContext = { overInputTokens: 999, inputPerMTok: 6, outputPerMTok: 22.5 };
    expect(priceUsage(usage, { ...price, longContext })).toBe(1000 * 6 + 100 * 22.5);
    expect(ratesOf({ ...price, longContext }, 999).inputPerMTok).toBe(3);
  });

  it('is whole millionths, and nothing for what is free', () => {
    expect(
      priceUsage({ ...usage, outputTokens: 1, reasoningTokens: 0 }, { inputPerMTok: 0, outputPerMTok: 0.4 }),
    ).toBe(0);
    expect(priceUsage(usage, { inputPerMTok: 0, outputPerMTok: 0 })).toBe(0);
  });

  it('never becomes negative where an upstream counts more cache than input', () => {
    expect(priceUsage({ ...usage, inputTokens: 10, outputTokens: 0, reasoningTokens: 0 }, price)).toBe(
      900 * 3,
    );
  });
});
