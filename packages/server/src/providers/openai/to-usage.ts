import type { Usage } from '@sluice/shared';
import { type Loose, asObject } from '../parse-chunk.ts';
import { tokensOf } from '../read-usage.ts';

/** @param usage of a chat completion, in any upstream's words */
export function toChatUsage(usage: Loose): Usage {
  const prompt = asObject(usage['prompt_tokens_details']);
  const completion = asObject(usage['completion_tokens_details']);
  const inputTokens = tokensOf(usage['prompt_tokens']);
  // xAI leaves reasoning out of `completion_tokens`, but not out of the total.
  const beyondInput = tokensOf(tokensOf(usage['total_tokens']) - inputTokens);
  return {
    inputTokens,
    outputTokens: Math.max(tokensOf(usage['completion_tokens']), beyondInput),
    cacheReadTokens: tokensOf(prompt['cached_tokens'] ?? usage['prompt_cache_hit_tokens']),
    cacheWriteTokens: tokensOf(prompt['cache_write_tokens']),
    reasoningTokens: tokensOf(completion['reasoning_tokens'] ?? usage['reasoning_tokens']),
    source: 'provider',
  };
}

/** @param usage of a response */
export function toResponseUsage(usage: Loose): Usage {
  const input = asObject(usage['input_tokens_details']);
  return {
    inputTokens: tokensOf(usage['input_tokens']),
    outputTokens: tokensOf(usage['output_tokens']),
    cacheReadTokens: tokensOf(input['cached_tokens']),
    cacheWriteTokens: tokensOf(input['cache_write_tokens']),
    reasoningTokens: tokensOf(asObject(usage['output_tokens_details'])['reasoning_tokens']),
    source: 'provider',
  };
}

/**
 * @param cost of a call, in US dollars, by OpenRouter's account
 * @param call what OpenRouter tells of it beside that
 * @returns it in millionths, with what the vendor charges where the key is one's own: then OpenRouter's part is no more than its fee
 */
export function toChargedMicroUsd(cost: unknown, call: Loose): number | undefined {
  const microUsd = toMicroUsd(cost);
  if (microUsd === undefined || call['is_byok'] !== true) return microUsd;
  const { upstream_inference_cost: vendorCost } = { ...asObject(call['cost_details']), ...call };
  return microUsd + (toMicroUsd(vendorCost) ?? 0);
}

/** More than any call costs. */
const MAX_USD = 1e6;

/** @returns US dollars in millionths; `undefined` for what is no price */
export function toMicroUsd(usd: unknown): number | undefined {
  return typeof usd === 'number' && usd >= 0 && usd <= MAX_USD ? Math.round(usd * 1e6) : undefined;
}
