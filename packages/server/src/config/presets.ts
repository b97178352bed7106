/** What Sluice must be told of a provider of some kind, and what it knows by itself. */
interface Preset {
  /** What people read. */
  name: string;
  /** Where its key is looked for unless the file names another variable. Absent: it needs none. */
  keyVariable?: string;
  /** There is no usual address: it must be given. */
  needsBaseUrl?: true;
  /** Speaks an API of its own; all others speak OpenAI's chat completions. */
  isNative?: true;
}

/** Every kind of provider that `sluice.config.json` can name. The first six are there by environment variables alone, too. */
export const presets = {
  anthropic: { name: 'Anthropic', keyVariable: 'ANTHROPIC_API_KEY', isNative: true },
  openai: { name: 'OpenAI', keyVariable: 'OPENAI_API_KEY', isNative: true },
  gemini: { name: 'Gemini', keyVariable: 'GEMINI_API_KEY', isNative: true },
  openrouter: { name: 'OpenRouter', keyVariable: 'OPENROUTER_API_KEY' },
  aiand: { name: 'ai&', keyVariable: 'AIAND_API_KEY' },
  ollama: { name: 'Ollama', isNative: true },
  azure: { name: 'Azure OpenAI', keyVariable: 'AZURE_OPENAI_API_KEY', needsBaseUrl: true },
  deepseek: { name: 'DeepSeek', keyVariable: 'DEEPSEEK_API_KEY' },
  groq: { name: 'Groq', keyVariable: 'GROQ_API_KEY' },
  mistral: { name: 'Mistral', keyVariable: 'MISTRAL_API_KEY' },
  perplexity: { name: 'Perplexity', keyVariable: 'PERPLEXITY_API_KEY' },
  xai: { name: 'xAI', keyVariable: 'XAI_API_KEY' },
  vllm: { name: 'vLLM' },
  'lm-studio': { name: 'LM Studio' },
  generic: { name: 'OpenAI-compatible', needsBaseUrl: true },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

export function presetOf(name: PresetName): Preset {
  return presets[name];
}

/** Providers that a key in the environment is enough for, in the order in which a default model is looked for. */
export const keyedVendors = ['anthropic', 'openai', 'gemini', 'openrouter', 'aiand'] as const;
