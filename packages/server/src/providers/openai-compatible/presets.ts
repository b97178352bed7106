import type { ModelDialect } from '../../catalog/catalog-model.ts';
import { type ChatProfile, byEffort } from '../openai/chat-profile.ts';

/** How one vendor, or one kind of server, is spoken to that speaks like OpenAI. Names and keys are the configuration's. */
export interface Preset {
  /** With its version, as OpenAI's SDK takes it; left out: each has its own, and it must be given. */
  baseUrl?: string;
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
    dialect: {},
    profile: { ...plain, reasoning: { effort: byEffort(asEffort, 'none') } },
    listsModels: true,
  },
  // https://openrouter.ai/docs/use-cases/reasoning-tokens; usage and cost come unasked.
  openrouter: {
    baseUrl: 'https://openrouter.ai/api/v1',
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
    baseUrl: 'https://api.aiand.com/v1',
    dialect: {},
    profile: { ...plain, cost: 'trailer' },
    listsModels: true,
  },
  // https://api-docs.deepseek.com/guides/thinking_mode
  deepseek: {
    baseUrl: 'https://api.deepseek.com',
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
    baseUrl: 'https://api.groq.com/openai/v1',
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
    baseUrl: 'https://api.mistral.ai/v1',
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
    baseUrl: 'https://api.x.ai/v1',
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
    baseUrl: 'https://api.perplexity.ai',
    dialect: {},
    profile: { ...plain, asksForUsage: false, reasoning: { effort: byEffort(asEffort) } },
    listsModels: false,
  },
  vllm: {
    baseUrl: 'http://127.0.0.1:8000/v1',
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
    baseUrl: 'http://127.0.0.1:1234/v1',
    dialect: {},
    profile: plain,
    listsModels: true,
  },
  // https://RESOURCE.openai.azure.com/openai/v1. It lists what could be deployed, not what is.
  azure: {
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
