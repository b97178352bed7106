import { type Model, type ModelList, type Price, SluiceError } from '@sluice/shared';
import type { CatalogModel, OfferedModel } from './catalog-model.ts';
import type { CatalogProvider, CatalogSettings } from './catalog-settings.ts';
import { applyOffer, applySettings, describeKnown, describeUnknown } from './describe-model.ts';
import { findSnapshots, findUsualName, isChatModel } from './is-chat-model.ts';
import { demoModel, vendorModels } from './models.ts';

export interface ResolvedModel extends CatalogModel {
  /** The name the provider knows, without our prefix. */
  upstreamName: string;
}

/** Everything that follows from the settings and the lists; made anew when either changes. */
interface View {
  /** Those that can be asked now. */
  providers: ReadonlyMap<string, CatalogProvider>;
  /** In the order in which they are listed; the default of a provider is its first that is not hidden. */
  models: ReadonlyMap<string, CatalogModel>;
  /** Undefined where there is no model at all, but perhaps a provider that has not said yet what it has. */
  defaultId: string | undefined;
  list: ModelList;
}

const demo: CatalogProvider = {
  id: 'demo',
  preset: 'demo',
  name: 'Demo',
  isAtVendor: true,
  isLookedFor: false,
};

/** Which models there are, and what a name in a request means. */
export class Catalog {
  #settings: CatalogSettings;
  /** By provider, then by the provider's own name. */
  readonly #offers = new Map<string, ReadonlyMap<string, OfferedModel>>();
  #view: View | undefined;

  constructor(settings: CatalogSettings) {
    this.#settings = settings;
  }

  /** Takes other settings; lists of providers that are still there go on counting. */
  replace(settings: CatalogSettings): void {
    this.#settings = settings;
    const ids = new Set(settings.providers.map(({ id }) => id));
    for (const id of this.#offers.keys()) if (!ids.has(id)) this.#offers.delete(id);
    this.#view = undefined;
  }

  /** Takes what a provider says it has now, in place of what it said before. */
  offer(provider: string, models: readonly OfferedModel[]): void {
    this.#offers.set(provider, new Map(models.map((model) => [model.name, model])));
    this.#view = undefined;
  }

  /** Forgets what a provider said that is another one now. */
  forget(provider: string): void {
    this.#offers.delete(provider);
    this.#view = undefined;
  }

  /** @returns the same object until something changes: it may hold a thousand models, and is asked for often */
  list(): ModelList {
    return this.#look().list;
  }

  /**
   * @param name an alias, a catalogue id, or any name under a configured provider's prefix, which is passed on as it is
   * @throws {SluiceError} `model_not_found`
   */
  resolve(name?: string): ResolvedModel {
    const { models, providers, defaultId } = this.#look();
    const id = name === undefined ? defaultId : this.#idOf(name);
    if (id === undefined) {
      throw new SluiceError('model_not_found', { detail: 'no provider has said yet which models it has' });
    }
    const [providerId = '', ...rest] = id.split('/');
    const upstreamName = rest.join('/');
    const provider = providers.get(providerId);
    const known = models.get(id);
    if (provider === undefined || upstreamName === '' || (provider === demo && known === undefined)) {
      const why = known
        ? `provider ${providerId} is not configured on this server`
        : 'see the list of models';
      throw new SluiceError('model_not_found', { detail: `model ${name ?? id} is not available: ${why}` });
    }
    const model = known ?? this.#describe(provider, upstreamName);
    const { fallbacks } = this.#settings;
    return { ...(fallbacks.length > 0 && { fallbacks }), ...model, upstreamName };
  }

  /** @param id of a model that has answered; its provider may be gone */
  priceOf(id: string): Price | null {
    const { models, providers } = this.#look();
    const known = models.get(id);
    if (known !== undefined) return known.price;
    const [providerId = '', ...rest] = id.split('/');
    const provider = providers.get(providerId) ?? toVendor(providerId);
    return this.#describe(provider, rest.join('/')).price;
  }

  #idOf(name: string): string {
    const { aliases } = this.#settings;
    return Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
  }

  #look(): View {
    this.#view ??= this.#makeView();
    return this.#view;
  }

  #makeView(): View {
    const { providers: named, defaultModel } = this.#settings;
    const present = named.filter(({ id, isLookedFor }) => !isLookedFor || this.#offers.get(id)?.size);
    const providers = new Map(
      (present.length > 0 ? present : [demo]).map((provider) => [provider.id, provider]),
    );
    const models = new Map<string, CatalogModel>();
    for (const provider of providers.values()) {
      for (const model of this.#modelsOf(provider)) models.set(model.id, model);
    }
    const defaultId = this.#findDefault(providers, models, defaultModel);
    for (const model of this.#listUnconfigured(providers)) models.set(model.id, model);
    const list = { default: defaultId ?? '', models: this.#toList(models, providers) };
    return { providers, models, defaultId, list };
  }

  #toList(models: View['models'], providers: View['providers']): Model[] {
    const aliases = Map.groupBy(Object.entries(this.#settings.aliases), ([, id]) => id);
    const listed = [...models.values()].filter(({ id }) => !this.#settings.models[id]?.hidden);
    return listed.map(({ dialect: _dialect, fallbacks: _fallbacks, timeouts: _timeouts, ...model }) => {
      const names = aliases.get(model.id)?.map(([alias]) => alias);
      const providerName =
        providers.get(model.provider)?.name ?? this.#settings.vendorNames?.[model.provider];
      return {
        ...model,
        ...(providerName !== undefined && { providerName }),
        ...(names && { aliases: names }),
        available: providers.has(model.provider),
      };
    });
  }

  /** Built in, named in the settings, listed by the provider: in this order. */
  #modelsOf(provider: CatalogProvider): CatalogModel[] {
    if (provider === demo) return [demoModel];
    const known = (vendorModels[provider.preset] ?? []).map(({ upstreamName }) => upstreamName);
    const offered = [...(this.#offers.get(provider.id)?.keys() ?? [])];
    const snapshots = findSnapshots([...known, ...offered]);
    const isListed = (name: string) => isChatModel(name, provider.preset) && !snapshots.has(name);
    const prefix = `${provider.id}/`;
    const named = this.#namedIds().flatMap((id) => (id.startsWith(prefix) ? [id.slice(prefix.length)] : []));
    const names = new Set([...known, ...named, ...offered.filter(isListed)]);
    return [...names].map((name) => this.#describe(provider, name));
  }

  /** A model by whatever name, listed or not. */
  #describe(provider: CatalogProvider, name: string): CatalogModel {
    const builtIn = vendorModels[provider.preset]?.find(({ upstreamName }) => upstreamName === name);
    const model = builtIn ? describeKnown(provider, builtIn) : this.#describeByUsualName(provider, name);
    const offer = this.#offers.get(provider.id)?.get(name);
    const isKnown = builtIn !== undefined;
    return this.#asSet(offer ? applyOffer(model, { offer, provider, isKnown }) : model);
  }

  /** A dated name of a model is described as that is: it costs the same and takes the same options. */
  #describeByUsualName(provider: CatalogProvider, name: string): CatalogModel {
    const usual = findUsualName(name, provider.preset);
    const isKnown =
      usual !== undefined &&
      (vendorModels[provider.preset]?.some(({ upstreamName }) => upstreamName === usual) ||
        this.#offers.get(provider.id)?.has(usual) ||
        Object.hasOwn(this.#settings.models, `${provider.id}/${usual}`));
    if (!isKnown) return describeUnknown(provider, name);
    return { ...this.#describe(provider, usual), id: `${provider.id}/${name}`, name };
  }

  /** Of models that the administrator has spoken of. */
  #namedIds(): string[] {
    const { models, aliases, defaultModel } = this.#settings;
    const byDefault = defaultModel === undefined ? [] : [this.#idOf(defaultModel)];
    return [...Object.keys(models), ...Object.values(aliases), ...byDefault];
  }

  #asSet(model: CatalogModel): CatalogModel {
    const settings = this.#settings.models[model.id];
    return settings === undefined ? model : applySettings(model, settings);
  }

  #findDefault(
    providers: View['providers'],
    models: View['models'],
    wanted: string | undefined,
  ): string | undefined {
    const id = wanted === undefined ? undefined : this.#idOf(wanted);
    if (id !== undefined && providers.has(id.split('/')[0] ?? '')) return id;
    return [...models.keys()].find((model) => !this.#settings.models[model]?.hidden);
  }

  /** What a key would bring: listed, though not available. */
  #listUnconfigured(providers: View['providers']): CatalogModel[] {
    return Object.entries(vendorModels).flatMap(([id, models]) => {
      if (providers.has(id)) return [];
      const vendor = toVendor(id);
      return models.map((model) => this.#asSet(describeKnown(vendor, model)));
    });
  }
}

/** A provider that is not configured, as if it were. */
function toVendor(id: string): CatalogProvider {
  return { id, preset: id, name: id, isAtVendor: true, isLookedFor: false };
}
