import type { Capabilities, Price } from '@sluice/shared';
import type { VendorModel } from './catalog-model.ts';

const source = 'https://platform.claude.com/docs/en/about-claude/pricing';

/** Cache writes are those that are kept for five minutes. */
const price = (rates: Omit<Price, 'asOf' | 'source'>, asOf = '2026-10-24'): Price => ({
  ...rates,
  asOf,
  source,
});

const some: Capabilities['reasoningLevels'] = ['low', 'medium', 'high'];
const all: Capabilities['reasoningLevels'] = ['off', ...some];

/** Of the fifth generation: nothing of sampling, no answer to go on with. */
const current = { reasoning: true, images: true, temperature: false, prefill: false };
const million = { contextWindow: 1_000_000, maxOutputTokens: 128_000 };

/** https://platform.claude.com/docs/en/models/overview, and the page of each model. */
export const anthropicModels: readonly VendorModel[] = [
  {
    upstreamName: 'claude-sonnet-5-5',
    name: 'Claude Sonnet 5.5',
    ...million,
    capabilities: { ...current, reasoningLevels: all },
    price: price({ inputPerMTok: 2, outputPerMTok: 10, cacheReadPerMTok: 0.1, cacheWritePerMTok: 2.5 }),
    dialect: { reasoning: 'adaptive', thinkingOff: 'between_tools' },
  },
  {
    upstreamName: 'claude-opus-5-5',
    name: 'Claude Opus 5.5',
    ...million,
    // It always thinks.
    capabilities: { ...current, reasoningLevels: some },
    price: price({ inputPerMTok: 4, outputPerMTok: 20, cacheReadPerMTok: 0.2, cacheWritePerMTok: 5 }),
    dialect: { reasoning: 'adaptive' },
  },
  {
    upstreamName: 'claude-haiku-5-5',
    name: 'Claude Haiku 5.5',
    ...million,
    capabilities: { ...current, reasoningLevels: all },
    price: price({
      inputPerMTok: 0.1,
      outputPerMTok: 0.5,
      cacheReadPerMTok: 0.01,
      cacheWritePerMTok: 0.125,
      longContext: {
        overInputTokens: 100_000,
        inputPerMTok: 0.5,
        outputPerMTok: 2.5,
        cacheReadPerMTok: 0.05,
        cacheWritePerMTok: 0.625,
      },
    }),
    dialect: { reasoning: 'adaptive' },
  },
  {
    upstreamName: 'claude-sonnet-4-6',
    name: 'Claude Sonnet 4.6',
    ...million,
    capabilities: { ...current, reasoningLevels: all, temperature: true },
    price: price({ inputPerMTok: 3, outputPerMTok: 15, cacheReadPerMTok: 0.3, cacheWritePerMTok: 3.75 }),
    dialect: { reasoning: 'adaptive' },
  },
  {
    upstreamName: 'claude-fable-5-2',
    name: 'Claude Fable 5.2',
    ...million,
    capabilities: { ...current, reasoningLevels: some },
    price: price(
      { inputPerMTok: 8, outputPerMTok: 40, cacheReadPerMTok: 0.2, cacheWritePerMTok: 10 },
      '2026-11-10',
    ),
    dialect: { reasoning: 'adaptive' },
  },
  {
    upstreamName: 'claude-haiku-4-5',
    name: 'Claude Haiku 4.5',
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    capabilities: { reasoning: true, reasoningLevels: all, images: true, temperature: true, prefill: true },
    price: price({ inputPerMTok: 1, outputPerMTok: 5, cacheReadPerMTok: 0.1, cacheWritePerMTok: 1.25 }),
    dialect: { reasoning: 'budget' },
  },
];
