import type { CatalogModel } from './catalog-model.ts';

const unable = { reasoning: false, reasoningLevels: [], images: false, temperature: false, prefill: false };

function claude(name: string, title: string): CatalogModel {
  return {
    id: `anthropic/${name}`,
    provider: 'anthropic',
    name: title,
    contextWindow: 1_000_000,
    maxOutputTokens: 128_000,
    // The API version in use refuses every sampling option.
    capabilities: unable,
    price: null,
    dialect: {},
  };
}

function gpt(
  name: string,
  title: string,
  options: { contextWindow: number; maxOutputTokens: number },
): CatalogModel {
  return {
    id: `openai/${name}`,
    provider: 'openai',
    name: title,
    ...options,
    capabilities: { ...unable, temperature: name.startsWith('gpt-4') },
    price: null,
    dialect: {},
  };
}

const million = { contextWindow: 1_050_000, maxOutputTokens: 128_000 };

/** In the order in which a default is looked for: the first of a configured provider. */
export const catalogModels: readonly CatalogModel[] = [
  claude('claude-sonnet-5-5', 'Claude Sonnet 5.5'),
  claude('claude-opus-5-5', 'Claude Opus 5.5'),
  claude('claude-haiku-5-5', 'Claude Haiku 5.5'),
  claude('claude-sonnet-4-6', 'Claude Sonnet 4.6'),
  gpt('gpt-6.1-sol', 'GPT-6.1 Sol', million),
  gpt('gpt-5.4', 'GPT-5.4', million),
  gpt('gpt-4.1', 'GPT-4.1', { contextWindow: 1_047_576, maxOutputTokens: 32_768 }),
];

export const demoModel: CatalogModel = {
  id: 'demo/sluice',
  provider: 'demo',
  name: 'Sluice demo',
  contextWindow: null,
  maxOutputTokens: null,
  capabilities: unable,
  price: null,
  dialect: {},
};
