import { type ModelList, type Price, SluiceError } from '@sluice/shared';
import type { CatalogModel } from './catalog-model.ts';
import { catalogModels, demoModel } from './models.ts';

export interface ResolvedModel extends CatalogModel {
  /** The name the provider knows, without our prefix. */
  upstreamName: string;
}

/** Which models there are, and what a name in a request means. */
export class Catalog {
  readonly #configured: ReadonlySet<string>;
  readonly #models: readonly CatalogModel[];

  /** @param providers ids of the configured providers; `demo` is there only while it is the only one */
  constructor(providers: Iterable<string>) {
    this.#configured = new Set(providers);
    this.#models = this.#configured.has('demo') ? [demoModel, ...catalogModels] : catalogModels;
  }

  list(): ModelList {
    const models = this.#models.map(
      ({ dialect: _dialect, fallbacks: _fallbacks, timeouts: _timeouts, ...model }) => ({
        ...model,
        available: this.#configured.has(model.provider),
      }),
    );
    return { default: this.#defaultId(), models };
  }

  /**
   * @param id a catalogue id, or any name under a configured provider's prefix, which is passed on as it is
   * @throws {SluiceError} `model_not_found`
   */
  resolve(id: string = this.#defaultId()): ResolvedModel {
    const [provider = '', ...rest] = id.split('/');
    const upstreamName = rest.join('/');
    const known = this.#models.find((model) => model.id === id);
    if (!this.#configured.has(provider) || upstreamName === '' || (provider === 'demo' && !known)) {
      const why = known ? `provider ${provider} is not configured on this server` : 'see GET /api/models';
      throw new SluiceError('model_not_found', { detail: `model ${id} is not available: ${why}` });
    }
    return { ...(known ?? passedOn(id, provider)), upstreamName };
  }

  /** @param id of a model that has answered; its provider may be gone */
  priceOf(id: string): Price | null {
    return this.#models.find((model) => model.id === id)?.price ?? null;
  }

  #defaultId(): string {
    const model = this.#models.find(({ provider }) => this.#configured.has(provider));
    if (model === undefined) throw new Error('no provider is configured, not even the demo');
    return model.id;
  }
}

/** A model we know nothing of: its provider judges the temperature; what would need an adapter's help is refused. */
function passedOn(id: string, provider: string): CatalogModel {
  return {
    id,
    provider,
    name: id,
    contextWindow: null,
    maxOutputTokens: null,
    capabilities: {
      reasoning: false,
      reasoningLevels: [],
      images: false,
      temperature: provider !== 'anthropic',
      prefill: false,
    },
    price: null,
    dialect: {},
  };
}
