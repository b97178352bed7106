import { SluiceError } from '@sluice/shared';
import type { CatalogProvider, CatalogSettings } from './catalog/catalog-settings.ts';
import { Catalog } from './catalog/catalog.ts';
import { LiveModels, type ModelSource } from './catalog/live-models.ts';
import type { Config } from './config/config.ts';
import type { ModelsConfig, ProviderConfig } from './config/models-config.ts';
import { presets as configPresets } from './config/presets.ts';
import type { Secrets } from './config/secrets.ts';
import type { Logger } from './observability/logger.ts';
import type { FindUpstream } from './observability/trace-runs.ts';
import type { ProviderSettings } from './providers/create-provider.ts';
import { presets } from './providers/openai-compatible/presets.ts';
import type { Provider } from './providers/provider.ts';
import { ProviderSet } from './providers/provider-set.ts';
import { within } from './runs/within.ts';

interface Loaded {
  config: Config;
  secrets: Secrets;
}

/** Which models there are and who answers for them; both can be replaced while answers run. */
export interface ComposedModels extends AsyncDisposable {
  catalog: Catalog;
  /** Changes in place. */
  providers: ReadonlyMap<string, Provider>;
  /** A local Ollama that nobody has named: where it is and how many models it has. */
  findOllama: () => { url: string; models: number } | undefined;
  /** Where the calls of a provider go, where that is not its vendor's own. */
  findUpstream: FindUpstream;
  /** Takes what `sluice.config.json` says now. Running answers keep the providers they began with. */
  reload: (loaded: Loaded) => Promise<void>;
}

/** The start waits so long for a local Ollama: it decides the default model. */
const OLLAMA_WAIT_MS = 1000;

export async function composeModels(loaded: Loaded, logger: Logger): Promise<ComposedModels> {
  await using stack = new AsyncDisposableStack();
  const providers = stack.use(new ProviderSet());
  let current = loaded.config.models;
  const begin = await providers.prepare(toProviderSettings(loaded));
  begin();
  const catalog = new Catalog(toCatalogSettings(current));
  const found = new Map<string, number>();
  const live = stack.use(
    new LiveModels({
      onListed(provider, models) {
        if (!found.has(provider)) logger.info({ provider, models: models.length }, 'models were listed');
        catalog.offer(provider, models);
        found.set(provider, models.length);
      },
      onFailed: (provider, error) =>
        logger.warn(
          { provider, reason: error instanceof SluiceError ? error.code : String(error) },
          'the list of models could not be had; it is asked for again',
        ),
    }),
  );
  const sources = new WeakMap<Provider, ModelSource>();
  const watch = () => live.watch(toSources(current, { byId: providers.byId, sources }));
  watch();
  await within(OLLAMA_WAIT_MS, live.firstLook('ollama'));
  const owned = stack.move();
  return {
    catalog,
    providers: providers.byId,
    findOllama() {
      const ollama = current.providers.find(({ isLookedFor }) => isLookedFor);
      const models = ollama && found.get(ollama.id);
      return models === undefined ? undefined : { url: ollama?.baseUrl ?? '', models };
    },
    findUpstream: (provider) => findUpstream(current, provider),
    async reload(next) {
      const replace = await providers.prepare(toProviderSettings(next));
      const before = new Map(providers.byId);
      // Nothing may come between: a model must not be offered whose provider is not there.
      replace();
      for (const [id, provider] of before) if (providers.byId.get(id) !== provider) catalog.forget(id);
      current = next.config.models;
      catalog.replace(toCatalogSettings(current));
      watch();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function findUpstream({ providers }: ModelsConfig, provider: string): ReturnType<FindUpstream> {
  const { baseUrl } = providers.find(({ id }) => id === provider) ?? {};
  if (baseUrl === undefined) return undefined;
  const { hostname, port, protocol } = new URL(baseUrl);
  return { address: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

/** What providers are made from; for the command that asks each of them once, too. */
export function toProviderSettings({ config, secrets }: Loaded): ProviderSettings[] {
  return config.models.providers.map(({ id, preset, name, baseUrl }) => ({
    id,
    preset,
    name,
    ...(baseUrl !== undefined && { baseUrl }),
    ...secrets.ofProvider(id),
  }));
}

function toCatalogSettings({ providers, ...settings }: ModelsConfig): CatalogSettings {
  const vendorNames = Object.fromEntries(Object.entries(configPresets).map(([id, { name }]) => [id, name]));
  return { ...settings, providers: providers.map(toCatalogProvider), vendorNames };
}

function toCatalogProvider({ id, preset, name, baseUrl, isLookedFor }: ProviderConfig): CatalogProvider {
  const reasoning = usualForm(preset);
  const isAtVendor = baseUrl === undefined || new URL(baseUrl).hostname.endsWith('api.openai.com');
  return { id, preset, name, isAtVendor, isLookedFor, ...(reasoning !== undefined && { reasoning }) };
}

/** How models of a provider are told how much to think where nothing else is known of them. */
function usualForm(preset: ProviderConfig['preset']): CatalogProvider['reasoning'] {
  switch (preset) {
    case 'anthropic':
      return 'adaptive';
    case 'openai':
      return 'effort';
    case 'gemini':
      return 'level';
    case 'ollama':
      return 'switch';
    default: {
      const { dialect }: { dialect: { reasoning?: CatalogProvider['reasoning'] } } = presets[preset];
      return dialect.reasoning;
    }
  }
}

/** A provider that stays keeps its source, and so the rhythm in which it is asked. */
function toSources(
  { providers }: ModelsConfig,
  known: { byId: ReadonlyMap<string, Provider>; sources: WeakMap<Provider, ModelSource> },
): ModelSource[] {
  return providers.flatMap(({ id, isLookedFor }) => {
    const provider = known.byId.get(id);
    if (provider?.listModels === undefined) return [];
    const list = provider.listModels.bind(provider);
    const source = known.sources.get(provider) ?? { provider: id, isLookedFor, list };
    known.sources.set(provider, source);
    return [source];
  });
}
