import type { Price } from '@sluice/shared';
import type { OfferedModel } from '../../catalog/catalog-model.ts';
import { type Loose, asObject, asText } from '../parse-chunk.ts';
import { type OpenaiUpstream, fetchObject } from './openai-upstream.ts';

/** US dollars for a million tokens: more than any model costs. */
const MAX_PRICE = 1e6;

/**
 * @returns the models that `GET /models` lists, but those of which it says that they cannot chat; with what it tells of them
 * @throws {SluiceError} `upstream_*`
 */
export async function listModels(
  upstream: OpenaiUpstream,
  signal: AbortSignal,
): Promise<readonly OfferedModel[]> {
  const { data } = await fetchObject(upstream, '/models', signal);
  const rows = Array.isArray(data) ? data.map(asObject) : [];
  return rows.filter(canChat).map(toOfferedModel);
}

function canChat(row: Loose): boolean {
  if (asText(row['id']) === '') return false;
  const output = asObject(row['architecture'])['output_modalities'];
  if (Array.isArray(output)) return output.includes('text');
  return asObject(row['capabilities'])['completion_chat'] !== false && row['active'] !== false;
}

/** Each upstream has words of its own: OpenRouter, ai&, Mistral, Groq and vLLM differ in nearly every field. */
function toOfferedModel(row: Loose): OfferedModel {
  const title = asText(row['name']);
  const contextWindow = positive(
    row['context_length'] ?? row['context_window'] ?? row['max_context_length'] ?? row['max_model_len'],
  );
  const maxOutputTokens = positive(
    asObject(row['top_provider'])['max_completion_tokens'] ?? row['max_completion_tokens'],
  );
  const capabilities = toCapabilities(row);
  const price = toPrice(asObject(row['pricing']));
  return {
    name: asText(row['id']),
    ...(title === '' ? {} : { title }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(price === undefined ? {} : { price }),
  };
}

function toCapabilities(row: Loose): OfferedModel['capabilities'] {
  const { input_modalities: input } = asObject(row['architecture']);
  const { vision } = asObject(row['capabilities']);
  const options = row['supported_parameters'];
  const found: OfferedModel['capabilities'] = {
    ...(Array.isArray(input) ? { images: input.includes('image') } : {}),
    ...(typeof vision === 'boolean' ? { images: vision } : {}),
    ...(Array.isArray(options) ? { temperature: options.includes('temperature') } : {}),
    ...(Array.isArray(options) ? toReasoning(options, asObject(row['reasoning'])) : {}),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

/** OpenRouter takes any effort for a model that reasons, unless it lists them, and none, unless it says that the model must. */
function toReasoning(options: readonly unknown[], reasoning: Loose): OfferedModel['capabilities'] {
  if (!options.includes('reasoning')) return { reasoning: false, reasoningLevels: [] };
  const { mandatory, supported_efforts: listed } = reasoning;
  const efforts = (['low', 'medium', 'high'] as const).filter(
    (effort) => !Array.isArray(listed) || listed.includes(effort),
  );
  return { reasoning: true, reasoningLevels: mandatory === true ? efforts : ['off', ...efforts] };
}

function toPrice(pricing: Loose): Price | undefined {
  // OpenRouter says US dollars for a token, as text; ai& for a million of them.
  const perToken = (field: string) => scale(pricing[field], 1e6);
  const inputPerMTok = perToken('prompt') ?? scale(pricing['input_per_1m'], 1);
  const outputPerMTok = perToken('completion') ?? scale(pricing['output_per_1m'], 1);
  if (inputPerMTok === undefined || outputPerMTok === undefined) return undefined;
  const cacheReadPerMTok = perToken('input_cache_read');
  const cacheWritePerMTok = perToken('input_cache_write');
  return {
    inputPerMTok,
    outputPerMTok,
    ...(cacheReadPerMTok === undefined ? {} : { cacheReadPerMTok }),
    ...(cacheWritePerMTok === undefined ? {} : { cacheWritePerMTok }),
  };
}

/** OpenRouter's routers have the price -1: it depends. */
function scale(price: unknown, factor: number): number | undefined {
  const number = typeof price === 'string' && price.trim() !== '' ? Number(price) : price;
  if (typeof number !== 'number' || !(number >= 0 && number * factor <= MAX_PRICE)) return undefined;
  // 0.0000008 × 1e6 is 0.7999999999999999.
  return Number((number * factor).toPrecision(12));
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}
