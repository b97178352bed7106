import type { Capabilities, Price } from '@sluice/shared';
import type { VendorModel } from './catalog-model.ts';

const some: Capabilities['reasoningLevels'] = ['low', 'medium', 'high'];
const all: Capabilities['reasoningLevels'] = ['off', ...some];

/** A prompt above that costs twice its rates, and one and a half times the output's. */
const LONG_PROMPT = 272_000;

type Rates = Pick<Price, 'inputPerMTok' | 'outputPerMTok' | 'cacheReadPerMTok' | 'cacheWritePerMTok'>;

function twice({ inputPerMTok, outputPerMTok, cacheReadPerMTok, cacheWritePerMTok }: Rates): Rates {
  return {
    inputPerMTok: inputPerMTok * 2,
    outputPerMTok: outputPerMTok * 1.5,
    ...(cacheReadPerMTok !== undefined && { cacheReadPerMTok: cacheReadPerMTok * 2 }),
    ...(cacheWritePerMTok !== undefined && { cacheWritePerMTok: cacheWritePerMTok * 2 }),
  };
}

/** Models that think take a temperature only while they do not, and show their thoughts through the Responses API alone. */
function thinking(
  upstreamName: string,
  about: { name: string; reasoningLevels: Capabilities['reasoningLevels']; rates: Rates; asOf: string },
): VendorModel {
  const { name, reasoningLevels, rates, asOf } = about;
  return {
    upstreamName,
    name,
    contextWindow: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: { reasoning: true, reasoningLevels, images: true, temperature: false, prefill: false },
    price: {
      ...rates,
      longContext: { overInputTokens: LONG_PROMPT, ...twice(rates) },
      asOf,
      source: `https://developers.openai.com/api/docs/models/${upstreamName}`,
    },
    dialect: { api: 'responses', reasoning: 'effort' },
  };
}

/** https://developers.openai.com/api/docs/models, and the page of each model. */
export const openaiModels: readonly VendorModel[] = [
  thinking('gpt-6.1-sol', {
    name: 'GPT-6.1 Sol',
    reasoningLevels: some,
    rates: { inputPerMTok: 2, outputPerMTok: 10, cacheReadPerMTok: 0.1, cacheWritePerMTok: 2.5 },
    asOf: '2026-10-13',
  }),
  thinking('gpt-6.2-sol', {
    name: 'GPT-6.2 Sol',
    reasoningLevels: some,
    rates: { inputPerMTok: 2, outputPerMTok: 10, cacheReadPerMTok: 0.1, cacheWritePerMTok: 2.5 },
    asOf: '2026-11-18',
  }),
  thinking('gpt-6-luna', {
    name: 'GPT-6 Luna',
    reasoningLevels: all,
    rates: { inputPerMTok: 0.1, outputPerMTok: 0.5, cacheReadPerMTok: 0.01, cacheWritePerMTok: 0.125 },
    asOf: '2026-10-13',
  }),
  thinking('gpt-5.4', {
    name: 'GPT-5.4',
    reasoningLevels: all,
    rates: { inputPerMTok: 2.5, outputPerMTok: 15, cacheReadPerMTok: 0.25 },
    asOf: '2026-06-01',
  }),
  {
    upstreamName: 'gpt-5.4-mini',
    name: 'GPT-5.4 mini',
    contextWindow: 400_000,
    maxOutputTokens: 128_000,
    capabilities: { reasoning: true, reasoningLevels: all, images: true, temperature: false, prefill: false },
    price: {
      inputPerMTok: 0.75,
      outputPerMTok: 4.5,
      cacheReadPerMTok: 0.075,
      asOf: '2026-06-01',
      source: 'https://developers.openai.com/api/docs/models/gpt-5.4-mini',
    },
    dialect: { api: 'responses', reasoning: 'effort' },
  },
  {
    upstreamName: 'gpt-4.1',
    name: 'GPT-4.1',
    contextWindow: 1_047_576,
    maxOutputTokens: 32_768,
    capabilities: { reasoning: false, reasoningLevels: [], images: true, temperature: true, prefill: false },
    price: {
      inputPerMTok: 2,
      outputPerMTok: 8,
      cacheReadPerMTok: 0.5,
      asOf: '2025-04-14',
      source: 'https://platform.openai.com/docs/models/gpt-4.1',
    },
    dialect: {},
  },
];
