import { createAnthropicProvider } from './anthropic/anthropic-provider.ts';
import { createGeminiProvider } from './gemini/gemini-provider.ts';
import { createOllamaProvider } from './ollama/ollama-provider.ts';
import { createCompatibleProvider } from './openai-compatible/compatible-provider.ts';
import type { PresetName } from './openai-compatible/presets.ts';
import { createOpenaiProvider } from './openai/openai-provider.ts';
import type { Provider } from './provider.ts';

/** Everything a provider is made from. */
export interface ProviderSettings {
  /** First half of its models' ids. */
  id: string;
  preset: 'anthropic' | 'openai' | 'gemini' | 'ollama' | PresetName;
  /** What people read. */
  name: string;
  /** Absent: the preset's own. */
  baseUrl?: string;
  apiKey?: string;
  /** Of those that speak chat completions. */
  headers?: Readonly<Record<string, string>>;
}

export type OwnedProvider = Provider & AsyncDisposable;

/** @returns the provider under the id it was given, whatever API it speaks */
export async function createProvider(settings: ProviderSettings): Promise<OwnedProvider> {
  const { id, preset, name, baseUrl, apiKey = '', headers } = settings;
  const common = { name, ...(baseUrl === undefined ? {} : { baseUrl }) };
  switch (preset) {
    case 'anthropic':
      return { ...createAnthropicProvider({ apiKey, ...common }), id };
    case 'openai':
      return { ...createOpenaiProvider({ apiKey, ...common }), id };
    case 'gemini':
      return { ...(await createGeminiProvider({ apiKey, ...common })), id };
    case 'ollama': {
      const key = apiKey === '' ? {} : { apiKey };
      return { ...createOllamaProvider({ baseUrl: 'http://127.0.0.1:11434', ...common, ...key }), id };
    }
    default:
      return createCompatibleProvider({
        id,
        preset,
        ...common,
        ...(apiKey !== '' && { apiKey }),
        ...(headers && { headers: { ...headers } }),
      });
  }
}
