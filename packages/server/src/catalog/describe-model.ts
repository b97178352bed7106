import type { Capabilities } from '@sluice/shared';
import type { CatalogModel, ModelDialect, OfferedModel, VendorModel } from './catalog-model.ts';
import type { CatalogProvider, ModelSettings } from './catalog-settings.ts';

const allLevels: Capabilities['reasoningLevels'] = ['off', 'low', 'medium', 'high'];

/** OpenAI's names of models that think, and are best asked by its Responses API. */
const THINKS_AT_OPENAI = /^(o\d|gpt-([5-9]|\d\d))(?!.*-chat)/;

/** Providers whose own list is the price list. */
const pricedByList = new Set(['openrouter', 'aiand']);

/** Anthropic's API takes a temperature of up to 1, others up to 2. */
const rangeOf = (preset: string) => preset === 'anthropic' && { maxTemperature: 1 };

/** A model nothing is known of: what can be judged by its provider is left to that, what would go wrong in silence is not offered. */
export function describeUnknown(provider: CatalogProvider, upstreamName: string): CatalogModel {
  const { preset, isAtVendor } = provider;
  const isOpenai = preset === 'openai';
  const form = isOpenai && !THINKS_AT_OPENAI.test(upstreamName) ? undefined : provider.reasoning;
  const id = `${provider.id}/${upstreamName}`;
  return {
    id,
    provider: provider.id,
    name: upstreamName,
    contextWindow: null,
    maxOutputTokens: null,
    capabilities: {
      reasoning: form !== undefined,
      reasoningLevels: form === undefined ? [] : allLevels,
      images: true,
      // Its API version refuses every sampling option.
      temperature: preset !== 'anthropic',
      ...rangeOf(preset),
      prefill: false,
    },
    price: null,
    dialect: {
      ...(isOpenai && isAtVendor && form !== undefined && { api: 'responses' }),
      ...(preset === 'anthropic' && { temperature: 'without_thinking' }),
      ...(form !== undefined && { reasoning: form }),
    },
  };
}

/** A model of the built-in catalogue, as a provider has it. */
export function describeKnown(provider: CatalogProvider, model: VendorModel): CatalogModel {
  const { upstreamName, dialect, ...described } = model;
  const { api, ...spoken } = dialect;
  return {
    ...described,
    id: `${provider.id}/${upstreamName}`,
    provider: provider.id,
    capabilities: { ...described.capabilities, ...rangeOf(provider.preset) },
    // Most servers that stand in for OpenAI speak chat completions alone.
    dialect: {
      ...spoken,
      ...(api !== undefined && provider.isAtVendor && { api }),
      ...(provider.preset === 'anthropic' && { temperature: 'without_thinking' }),
    },
  };
}

/** @param isKnown whether the built-in catalogue has it: then the list only says, of some providers, what it costs */
export function applyOffer(
  model: CatalogModel,
  { offer, provider, isKnown }: { offer: OfferedModel; provider: CatalogProvider; isKnown: boolean },
): CatalogModel {
  const { title, contextWindow, maxOutputTokens, price } = offer;
  if (isKnown) {
    return price !== undefined && pricedByList.has(provider.preset) ? { ...model, price } : model;
  }
  return {
    ...model,
    ...(title !== undefined && { name: title }),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(price !== undefined && { price }),
    ...agree({ ...model.capabilities, ...offer.capabilities }, { ...model.dialect, ...offer.dialect }),
  };
}

export function applySettings(model: CatalogModel, settings: ModelSettings): CatalogModel {
  const { name, contextWindow, maxOutputTokens, price, fallbacks, timeouts, api } = settings;
  const { reasoning, ...capabilities } = settings.capabilities ?? {};
  const { reasoning: former, ...spoken } = model.dialect;
  const form = reasoning === undefined ? former : reasoning || undefined;
  return {
    ...model,
    ...(name !== undefined && { name }),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(price !== undefined && { price: { ...price, source: 'config' } }),
    ...(fallbacks !== undefined && { fallbacks }),
    ...(timeouts !== undefined && { timeouts }),
    ...agree(
      { ...model.capabilities, ...capabilities, reasoning: form !== undefined },
      { ...spoken, ...(form !== undefined && { reasoning: form }), ...(api !== undefined && { api }) },
    ),
  };
}

/** What is said of thinking in several places says the same. */
function agree(
  capabilities: Capabilities,
  dialect: ModelDialect,
): { capabilities: Capabilities; dialect: ModelDialect } {
  const { reasoning: form, ...spoken } = dialect;
  if (!capabilities.reasoning || form === undefined) {
    return { capabilities: { ...capabilities, reasoning: false, reasoningLevels: [] }, dialect: spoken };
  }
  const { reasoningLevels } = capabilities;
  return {
    capabilities: {
      ...capabilities,
      reasoningLevels: reasoningLevels.length > 0 ? reasoningLevels : allLevels,
    },
    dialect,
  };
}
