import type { GoogleGenAI, Model } from '@google/genai';
import { SluiceError } from '@sluice/shared';
import type { OfferedModel } from '../../catalog/catalog-model.ts';

/** Google has some sixty; the bound is for an upstream that never says its last page. */
const MAX_MODELS = 2000;
const PAGE_SIZE = 1000;

/** @throws {SluiceError} `upstream_*`, and the signal's reason */
export async function listModels(
  client: GoogleGenAI,
  { providerName, signal }: { providerName: string; signal: AbortSignal },
): Promise<readonly OfferedModel[]> {
  const models: Model[] = [];
  try {
    for await (const model of await client.models.list({
      config: { pageSize: PAGE_SIZE, abortSignal: signal },
    })) {
      models.push(model);
      if (models.length === MAX_MODELS) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SluiceError) throw error;
    // The exception may quote the body.
    throw new SluiceError('upstream_error', { detail: `${providerName} listed its models in no known form` });
  }
  return models.filter(isChatModel).map(toOfferedModel);
}

function isChatModel({ name, supportedActions }: Model): boolean {
  return typeof name === 'string' && supportedActions?.includes('generateContent') === true;
}

function toOfferedModel(model: Model): OfferedModel {
  const { displayName, inputTokenLimit, outputTokenLimit } = model;
  const name = model.name?.replace(/^models\//, '') ?? '';
  return {
    name,
    ...(displayName === undefined ? {} : { title: displayName }),
    ...(inputTokenLimit === undefined ? {} : { contextWindow: inputTokenLimit }),
    ...(outputTokenLimit === undefined ? {} : { maxOutputTokens: outputTokenLimit }),
    ...thinkingOf(name, model.thinking === true),
  };
}

/**
 * Models from the third generation on take a level, and not all of them the one that comes near to none. Those before it take a budget,
 * of which the larger ones take no zero.
 */
function thinkingOf(
  name: string,
  hasThinking: boolean,
): Pick<OfferedModel, 'capabilities' | 'dialect'> | undefined {
  if (!hasThinking) return { capabilities: { reasoning: false, reasoningLevels: [] } };
  const hasBudget = /^gemini-[12]\b/.test(name);
  const reasoningLevels = ['low', 'medium', 'high'] as const;
  const takesOff = hasBudget && !name.includes('pro');
  return {
    capabilities: {
      reasoning: true,
      reasoningLevels: takesOff ? ['off', ...reasoningLevels] : [...reasoningLevels],
    },
    dialect: { reasoning: hasBudget ? 'budget' : 'level' },
  };
}
