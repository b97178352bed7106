import { SluiceError } from '@sluice/shared';
import type { OfferedModel } from '../../catalog/catalog-model.ts';
import { type Loose, asObject, asText } from '../parse-chunk.ts';
import { tokensOf } from '../read-usage.ts';
import { mapError } from './map-error.ts';

/** Questions at once; an Ollama that is at work should not have to answer dozens. */
const MAX_QUESTIONS = 4;

export interface ModelListerOptions {
  /** @param path under `/api/` @throws {SluiceError} */
  call: (path: string, options: { body?: object; signal: AbortSignal }) => Promise<Response>;
  providerName: string;
  /** Whether models run on a machine of one's own, unless they say otherwise, and cost nothing. */
  isLocal: boolean;
}

/** What an Ollama has. A model is asked about once: what is known of it is known of its digest. */
export class ModelLister {
  readonly #options: ModelListerOptions;
  /** By name and digest; `undefined` for models that cannot chat. */
  readonly #known = new Map<string, OfferedModel | undefined>();

  constructor(options: ModelListerOptions) {
    this.#options = options;
  }

  /** @throws {SluiceError} `upstream_*`, and the signal's reason; a model that cannot be asked about is listed by its name alone */
  async list(signal: AbortSignal): Promise<readonly OfferedModel[]> {
    const tags = await this.#ask('tags', { signal });
    const listed = (Array.isArray(tags['models']) ? tags['models'] : []).map(asObject);
    const keys = new Set(listed.map(keyOf));
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
    const offered: (OfferedModel | undefined)[] = [];
    for (let at = 0; at < listed.length; at += MAX_QUESTIONS) {
      const some = listed.slice(at, at + MAX_QUESTIONS);
      offered.push(...(await Promise.all(some.map((tag) => this.#describe(tag, signal)))));
    }
    return offered.filter((model) => model !== undefined);
  }

  async #describe(tag: Loose, signal: AbortSignal): Promise<OfferedModel | undefined> {
    const name = nameOf(tag);
    const key = keyOf(tag);
    if (name === '' || this.#known.has(key)) return this.#known.get(key);
    try {
      const shown = await this.#ask('show', { body: { model: name }, signal });
      const isLocal = this.#options.isLocal && !isRemote(name, tag, shown);
      const model = toOfferedModel(name, { shown, isLocal });
      // At once: a list that takes too long goes on from here the next time.
      this.#known.set(key, model);
      return model;
    } catch {
      signal.throwIfAborted();
      return { name };
    }
  }

  async #ask(path: string, options: { body?: object; signal: AbortSignal }): Promise<Loose> {
    const { call, providerName } = this.#options;
    let response: Response;
    try {
      response = await call(path, options);
    } catch (error) {
      options.signal.throwIfAborted();
      throw mapError(error);
    }
    try {
      return asObject(await response.json());
    } catch {
      // The exception quotes the body.
      throw new SluiceError('upstream_error', {
        detail: `${providerName} listed its models in no known form`,
      });
    }
  }
}

function nameOf(tag: Loose): string {
  return asText(tag['model']) || asText(tag['name']);
}

/** Two names may have the same digest, and a name may get another one. */
function keyOf(tag: Loose): string {
  return `${nameOf(tag)} ${asText(tag['digest'])}`;
}

/** Ollama lists models of its cloud beside those it has itself. */
function isRemote(name: string, tag: Loose, shown: Loose): boolean {
  return /[-:]cloud$/.test(name) || Boolean(tag['remote_host'] ?? shown['remote_host']);
}

/** @returns undefined for a model that only embeds */
function toOfferedModel(
  name: string,
  { shown, isLocal }: { shown: Loose; isLocal: boolean },
): OfferedModel | undefined {
  const said: unknown = shown['capabilities'];
  const price = isLocal ? { price: { inputPerMTok: 0, outputPerMTok: 0, source: 'local' } } : {};
  const model = { name, ...contextOf(asObject(shown['model_info'])), ...price };
  // Versions of before May 2025 do not say.
  if (!Array.isArray(said)) return model;
  if (!said.includes('completion')) return undefined;
  const images = said.includes('vision');
  if (!said.includes('thinking')) {
    return { ...model, capabilities: { images, reasoning: false, reasoningLevels: [], temperature: true } };
  }
  const isGptOss = asText(asObject(shown['details'])['family']).startsWith('gptoss') || /gpt-?oss/.test(name);
  return {
    ...model,
    capabilities: {
      images,
      reasoning: true,
      reasoningLevels: isGptOss ? ['low', 'medium', 'high'] : ['off', 'low', 'medium', 'high'],
      temperature: true,
    },
    dialect: { reasoning: isGptOss ? 'effort' : 'switch' },
  };
}

/** The field is named after the architecture: `llama.context_length`. */
function contextOf(info: Loose): Pick<OfferedModel, 'contextWindow'> {
  const key = Object.keys(info).find((field) => field.endsWith('.context_length'));
  const contextWindow = key === undefined ? 0 : tokensOf(info[key]);
  return contextWindow === 0 ? {} : { contextWindow };
}
