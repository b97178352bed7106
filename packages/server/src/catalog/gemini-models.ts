import type { Capabilities, Price } from '@sluice/shared';
import type { VendorModel } from './catalog-model.ts';

const some: Capabilities['reasoningLevels'] = ['low', 'medium', 'high'];
const all: Capabilities['reasoningLevels'] = ['off', ...some];

function gemini(
  upstreamName: string,
  about: {
    name: string;
    reasoningLevels: Capabilities['reasoningLevels'];
    price: Omit<Price, 'asOf' | 'source'>;
  },
): VendorModel {
  const { name, reasoningLevels, price } = about;
  return {
    upstreamName,
    name,
    contextWindow: 1_048_576,
    maxOutputTokens: 65_536,
    capabilities: { reasoning: true, reasoningLevels, images: true, temperature: true, prefill: false },
    price: { ...price, asOf: '2026-10-07', source: 'https://ai.google.dev/gemini-api/docs/pricing' },
    dialect: { reasoning: 'level' },
  };
}

/** https://ai.google.dev/gemini-api/docs/models */
export const geminiModels: readonly VendorModel[] = [
  gemini('gemini-3.8-flash', {
    name: 'Gemini 3.8 Flash',
    reasoningLevels: some,
    // NOTE: until the end of 2026; twice as much from 2027 on.
    price: { inputPerMTok: 0.75, outputPerMTok: 3.75, cacheReadPerMTok: 0.075 },
  }),
  gemini('gemini-3.5-flash-lite', {
    name: 'Gemini 3.5 Flash-Lite',
    reasoningLevels: all,
    price: { inputPerMTok: 0.3, outputPerMTok: 2.5, cacheReadPerMTok: 0.03 },
  }),
  gemini('gemini-3.5-flash', {
    name: 'Gemini 3.5 Flash',
    reasoningLevels: all,
    price: { inputPerMTok: 1.5, outputPerMTok: 9, cacheReadPerMTok: 0.15 },
  }),
  gemini('gemini-3.1-pro-preview', {
    name: 'Gemini 3.1 Pro Preview',
    reasoningLevels: some,
    price: {
      inputPerMTok: 2,
      outputPerMTok: 12,
      cacheReadPerMTok: 0.2,
      longContext: { overInputTokens: 200_000, inputPerMTok: 4, outputPerMTok: 18, cacheReadPerMTok: 0.4 },
    },
  }),
];
