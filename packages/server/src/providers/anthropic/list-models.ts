import type Anthropic from '@anthropic-ai/sdk';
import type { Capabilities } from '@sluice/shared';
import type { ModelDialect, OfferedModel } from '../../catalog/catalog-model.ts';
import { type Loose, asObject, asText } from '../parse-chunk.ts';
import { mapError } from './map-error.ts';

/** The most that the API takes. */
const PAGE_SIZE = 1000;

/**
 * @returns the models that `GET /v1/models` lists, all pages of it
 * @throws {SluiceError} `upstream_*`
 * @throws the signal's reason
 */
export async function listModels(
  { client, providerName }: { client: Anthropic; providerName: string },
  signal: AbortSignal,
): Promise<readonly OfferedModel[]> {
  try {
    const models: OfferedModel[] = [];
    for await (const model of client.models.list({ limit: PAGE_SIZE }, { signal })) {
      const offered = toOfferedModel(asObject(model));
      if (offered !== undefined) models.push(offered);
    }
    return models;
  } catch (error) {
    signal.throwIfAborted();
    throw mapError(error, providerName);
  }
}

/** @param model of the SDK's type `ModelInfo` where it comes from Anthropic; gateways leave most of it out */
function toOfferedModel(model: Loose): OfferedModel | undefined {
  const { id, display_name: title, lifecycle, max_input_tokens: input, max_tokens: output } = model;
  const name = asText(id);
  if (name === '' || lifecycle === 'retired') return undefined;
  return {
    name,
    ...(asText(title) === '' ? {} : { title: asText(title) }),
    ...(typeof input === 'number' ? { contextWindow: input } : {}),
    ...(typeof output === 'number' ? { maxOutputTokens: output } : {}),
    ...(model['capabilities'] ? readCapabilities(asObject(model['capabilities'])) : {}),
  };
}

type Found = Required<Pick<OfferedModel, 'capabilities' | 'dialect'>>;

function readCapabilities(capabilities: Loose): Found {
  const thinking = asObject(asObject(capabilities['thinking'])['types']);
  const dialect: ModelDialect = {
    ...(isSupported(thinking, 'adaptive')
      ? { reasoning: 'adaptive' }
      : isSupported(thinking, 'enabled')
        ? { reasoning: 'budget' }
        : {}),
    ...(isSupported(thinking, 'between_tools') && !isSupported(thinking, 'disabled')
      ? { thinkingOff: 'between_tools' }
      : {}),
  };
  const levels = dialect.reasoning === undefined ? [] : levelsOf(capabilities, thinking, dialect);
  return {
    dialect,
    capabilities: {
      images: isSupported(capabilities, 'image_input'),
      reasoning: levels.length > 0,
      reasoningLevels: levels,
    },
  };
}

function levelsOf(
  capabilities: Loose,
  thinking: Loose,
  { reasoning }: ModelDialect,
): Capabilities['reasoningLevels'] {
  const effort = asObject(capabilities['effort']);
  const efforts = (['low', 'medium', 'high'] as const).filter(
    (level) => reasoning === 'budget' || isSupported(effort, level),
  );
  const canBeOff = isSupported(thinking, 'disabled') || isSupported(thinking, 'between_tools');
  return canBeOff ? ['off', ...efforts] : efforts;
}

function isSupported(capabilities: Loose, name: string): boolean {
  return asObject(capabilities[name])['supported'] === true;
}
