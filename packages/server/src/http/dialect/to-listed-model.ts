import type { Model } from '@sluice/shared';

type ListedModel = Pick<Model, 'id' | 'name' | 'provider' | 'contextWindow' | 'maxOutputTokens'>;

/** @param model when it was made is not known, which both dialects say with the beginning of time */
export const toOpenAiModel = ({ id, name, provider }: ListedModel) => ({
  id,
  object: 'model',
  created: 0,
  owned_by: provider,
  name,
});

export const toAnthropicModel = ({ id, name, contextWindow, maxOutputTokens }: ListedModel) => ({
  type: 'model',
  id,
  display_name: name,
  created_at: new Date(0).toISOString(),
  max_input_tokens: contextWindow,
  max_tokens: maxOutputTokens,
  capabilities: null,
  deprecated_at: null,
  lifecycle: 'active',
  line: null,
  retires_at: null,
});
