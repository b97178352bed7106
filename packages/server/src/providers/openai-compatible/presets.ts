import type { ModelDialect } from '../../catalog/catalog-model.ts';
import { type ChatProfile, byEffort } from '../openai/chat-profile.ts';

/** What is known of one vendor, or of one kind of server, that speaks like OpenAI. */
export interface Preset {
  /** What people call it. */
  title: string;
  /** With its version, as OpenAI's SDK takes it; left out: each has its own, and it must be given. */
  baseUrl?: string;
  needsKey: boolean;
  /** The header that carries the key; left out: `Authorization: Bearer`. */
  keyHeader?: string;
  /** The header that tells the id of a call; left out: `x-request-id`. */
  callIdHeader?: string;
  /** How a model is spoken to that nothing else is known of. */
  dialect: ModelDialect;
  profile: ChatProfile;
  /** Whether `GET /models` lists what can be asked for. */
  listsModels: boolean;
  /** Whether `GET /generation` tells what a call has cost, as OpenRouter does. */
  keepsAccounts?: boolean;
}

const plain: ChatProfile = { tokenLimit: 'max_tokens', asksForUsage: true, reasoning: {} };
const asEffort = (effort: string) => ({ reasoning_effort: effort });
const asThinking = (isOn: boolean) => ({ thinking: { type: isOn ? 'enabled' : 'disabled' } });
const asSwitch = (on: object, off: object) => ({ off, low: on, medium: on, high: on });

export const presets = {
  generic: {
    title: 'OpenAI-compatible',
    needsKey: false,
    dialect: {},
    profile: { ...plain, reasoning: { effort: byEffort(asEffort, 'none') } },
    listsModels: true,
  },
  // https://openrouter.ai/docs/use-cases/reasoning-tokens; usage and cost come unasked.
  openrouter: {
    title: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    needsKey: true,
    callIdHeader: 'x-generation-id',
    dialect: { reasoning: 'effort' },
    profile: {
      tokenLimit: 'max_tokens',
      asksForUsage: false,
      reasoning: {
        effort: {
          ...byEffort((effort) => ({ reasoning: { effort } })),
          off: { reasoning: { enabled: false } },
        },
        switch: asSwitch({ reasoning: { enabled: true } }, { reasoning: { enabled: false } }),
      },
      cost: 'usage',
    },
    listsModels: true,
    keepsAccounts: true,
  },
  aiand: {
    title: 'ai&',
    baseUrl: 'https://api.aiand.com/v1',
    needsKey: true,
    dialect: {},
    profile: { ...plain, cost: 'trailer' },
    listsModels: true,
  },
  // https://api-docs.deepseek.com/guides/thinking_mode
  deepseek: {
    title: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com',
    needsKey: true,
    dialect: { reasoning: 'effort' },
    profile: {
      ...plain,
      reasoning: {
        effort: {
          ...byEffort((effort) => ({ ...asThinking(true), reasoning_effort: effort })),
          off: asThinking(false),
        },
        switch: asSwitch(asThinking(true), asThinking(false)),
      },
    },
    listsModels: true,
  },
  // https://console.groq.com/docs/reasoning: gpt-oss takes efforts, qwen3 a switch and the format.
  groq: {
    title: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    needsKey: true,
    dialect: {},
    profile: {
      tokenLimit: 'max_completion_tokens',
      asksForUsage: true,
      reasoning: {
        effort: byEffort(asEffort),
        switch: asSwitch({ ...asEffort('default'), reasoning_format: 'parsed' }, asEffort('none')),
      },
    },
    listsModels: true,
  },
  // https://docs.mistral.ai/capabilities/reasoning/adjustable; `stream_options.include_usage` is a 422.
  mistral: {
    title: 'Mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    needsKey: true,
    dialect: {},
    profile: {
      tokenLimit: 'max_tokens',
      asksForUsage: false,
      reasoning: {
        effort: byEffort(asEffort, 'none'),
        switch: asSwitch(asEffort('high'), asEffort('none')),
      },
    },
    listsModels: true,
  },
  xai: {
    title: 'xAI',
    baseUrl: 'https://api.x.ai/v1',
    needsKey: true,
    dialect: {},
    profile: {
      tokenLimit: 'max_completion_tokens',
      asksForUsage: true,
      reasoning: { effort: byEffort(asEffort, 'none') },
    },
    listsModels: true,
  },
  // It tells usage with every chunk.
  perplexity: {
    title: 'Perplexity',
    baseUrl: 'https://api.perplexity.ai',
    needsKey: true,
    dialect: {},
    profile: { ...plain, asksForUsage: false, reasoning: { effort: byEffort(asEffort) } },
    listsModels: false,
  },
  vllm: {
    title: 'vLLM',
    baseUrl: 'http://127.0.0.1:8000/v1',
    needsKey: false,
    dialect: {},
    profile: {
      ...plain,
      reasoning: {
        effort: byEffort(asEffort),
        switch: asSwitch(
          { chat_template_kwargs: { enable_thinking: true } },
          { chat_template_kwargs: { enable_thinking: false } },
        ),
      },
    },
    listsModels: true,
  },
  'lm-studio': {
    title: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    needsKey: false,
    dialect: {},
    profile: plain,
    listsModels: true,
  },
  // https://RESOURCE.openai.azure.com/openai/v1. It lists what could be deployed, not what is.
  azure: {
    title: 'Azure OpenAI',
    needsKey: true,
    keyHeader: 'api-key',
    dialect: {},
    profile: {
      tokenLimit: 'max_completion_tokens',
      asksForUsage: true,
      reasoning: { effort: byEffort(asEffort, 'none') },
    },
    listsModels: false,
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;
