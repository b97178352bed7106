import type { ConfigFile, FileModel } from './config-file-schema.ts';
import type { Environment } from './env.ts';
import { LOCAL_OLLAMA_URL, readOllamaHost } from './ollama-host.ts';
import { type PresetName, keyedVendors, presetOf } from './presets.ts';

/** A provider that is configured; its key and headers are among the secrets. */
export interface ProviderConfig {
  /** First half of its models' ids. */
  id: string;
  preset: PresetName;
  /** What people read. */
  name: string;
  /** Absent: the vendor's own. */
  baseUrl?: string;
  /** Nobody has named it: it counts from when it has been found. */
  isLookedFor: boolean;
}

/** Providers, and what is to be known of their models. */
export interface ModelsConfig {
  /** The file that was read; null: there is none. */
  path: string | null;
  /** In the order in which a default model is looked for. */
  providers: readonly ProviderConfig[];
  /** An id or an alias. */
  defaultModel?: string;
  /** Alias → id. */
  aliases: Readonly<Record<string, string>>;
  /** By id. */
  models: Readonly<Record<string, FileModel>>;
  /** Of models that have none of their own. */
  fallbacks: readonly string[];
}

/** What one provider is told and nobody else. */
export interface ProviderSecrets {
  apiKey?: string;
  headers?: Readonly<Record<string, string>>;
}

interface Composed {
  models: ModelsConfig;
  secrets: ReadonlyMap<string, ProviderSecrets>;
}

/** @returns a variable's value; undefined for an empty one, too */
export function valueOf(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name]?.trim() || undefined : undefined;
}

/** @returns the variables a provider's key may be in, the first that is set counts */
export function keyVariablesOf(preset: PresetName, named?: string): string[] {
  const usual = named ?? presetOf(preset).keyVariable;
  if (usual === undefined) return [];
  return usual === 'GEMINI_API_KEY' ? [usual, 'GOOGLE_API_KEY'] : [usual];
}

function keyOf(environment: Environment, preset: PresetName, named?: string): string | undefined {
  const [name] = keyVariablesOf(preset, named).filter((variable) => valueOf(environment, variable));
  return name === undefined ? undefined : valueOf(environment, name);
}

/** Of a provider that the environment alone can name. */
function baseUrlOf(environment: Environment, id: string): string | undefined {
  if (id === 'ollama') {
    const host = valueOf(environment, 'OLLAMA_HOST');
    return host === undefined || host === 'off' ? undefined : readOllamaHost(host);
  }
  const isVendor = keyedVendors.some((vendor) => vendor === id);
  const url = isVendor ? valueOf(environment, `${id.toUpperCase()}_BASE_URL`) : undefined;
  return url?.replace(/\/+$/, '');
}

/** Both must have been checked before. */
export function groupModels(
  { path, file }: { path: string | null; file: ConfigFile },
  environment: Environment,
): Composed {
  const entries = new Map(Object.entries(file.providers ?? {}));
  const named = keyedVendors.filter((id) => keyOf(environment, id) !== undefined || entries.has(id));
  const hasOllama = valueOf(environment, 'OLLAMA_HOST') !== undefined;
  const isOllamaOff = valueOf(environment, 'OLLAMA_HOST') === 'off';
  const ids = new Set<string>([...named, ...entries.keys()]);
  if (!isOllamaOff) ids.add('ollama');
  const providers: ProviderConfig[] = [];
  const secrets = new Map<string, ProviderSecrets>();
  for (const id of ids) {
    const entry = entries.get(id);
    const preset = entry?.preset ?? (id as PresetName);
    const isLookedFor = id === 'ollama' && entry === undefined && !hasOllama;
    const fallbackUrl = preset === 'ollama' ? LOCAL_OLLAMA_URL : undefined;
    const baseUrl = entry?.baseUrl ?? baseUrlOf(environment, id) ?? fallbackUrl;
    const apiKey = keyOf(environment, preset, entry?.apiKeyVariable);
    const usualName = id === preset ? presetOf(preset).name : id;
    const named = { id, preset, name: entry?.name ?? usualName };
    providers.push({ ...named, ...(baseUrl !== undefined && { baseUrl }), isLookedFor });
    const { headers } = entry ?? {};
    secrets.set(id, { ...(apiKey !== undefined && { apiKey }), ...(headers && { headers }) });
  }
  const models: ModelsConfig = {
    path,
    providers,
    ...(file.defaultModel !== undefined && { defaultModel: file.defaultModel }),
    aliases: file.aliases ?? {},
    models: file.models ?? {},
    fallbacks: file.defaults?.fallbacks ?? [],
  };
  return { models, secrets };
}
