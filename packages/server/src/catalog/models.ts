import { anthropicModels } from './anthropic-models.ts';
import type { CatalogModel, VendorModel } from './catalog-model.ts';
import { geminiModels } from './gemini-models.ts';
import { openaiModels } from './openai-models.ts';

/** OpenRouter's own router, which chooses among its models: what there is before its list has come. */
const openrouterModels: readonly VendorModel[] = [
  {
    upstreamName: 'openrouter/auto',
    name: 'OpenRouter Auto',
    contextWindow: null,
    maxOutputTokens: null,
    capabilities: {
      reasoning: true,
      reasoningLevels: ['off', 'low', 'medium', 'high'],
      images: true,
      temperature: true,
      prefill: false,
    },
    // As the model costs that it chooses.
    price: null,
    dialect: { reasoning: 'effort' },
  },
];

/** By preset; the first of each is its default. */
export const vendorModels: Readonly<Record<string, readonly VendorModel[]>> = {
  anthropic: anthropicModels,
  openai: openaiModels,
  gemini: geminiModels,
  openrouter: openrouterModels,
};

export const demoModel: CatalogModel = {
  id: 'demo/sluice',
  provider: 'demo',
  name: 'Sluice demo',
  contextWindow: null,
  maxOutputTokens: null,
  capabilities: { reasoning: false, reasoningLevels: [], images: false, temperature: false, prefill: true },
  price: null,
  dialect: {},
};
