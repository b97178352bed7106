import { SluiceError, type Usage } from '@sluice/shared';
import { type OpenaiUpstream, fetchObject } from '../openai/openai-upstream.ts';
import { toChargedMicroUsd } from '../openai/to-usage.ts';
import { asObject } from '../parse-chunk.ts';
import type { CallRecord } from '../provider.ts';
import { hasCounts, tokensOf } from '../read-usage.ts';

/**
 * `Provider.findCall` at OpenRouter, which has the account of a call a few seconds after its end, cut or whole.
 *
 * @throws {SluiceError} `upstream_*`
 */
export async function findGeneration(
  upstream: OpenaiUpstream,
  providerRequestId: string,
  signal: AbortSignal,
): Promise<CallRecord | undefined> {
  const path = `/generation?id=${encodeURIComponent(providerRequestId)}`;
  try {
    return toCallRecord(await fetchObject(upstream, path, signal));
  } catch (error) {
    if (error instanceof SluiceError && error.details.upstreamStatus === 404) return undefined;
    throw error;
  }
}

function toCallRecord({ data }: { readonly [field: string]: unknown }): CallRecord {
  const generation = asObject(data);
  const microUsd = toChargedMicroUsd(generation['total_cost'], generation);
  const usage: Usage = {
    inputTokens: tokensOf(generation['native_tokens_prompt']),
    outputTokens: tokensOf(generation['native_tokens_completion']),
    cacheReadTokens: tokensOf(generation['native_tokens_cached']),
    cacheWriteTokens: 0,
    reasoningTokens: tokensOf(generation['native_tokens_reasoning']),
    source: 'provider',
  };
  return {
    ...(hasCounts(usage) ? { usage } : {}),
    ...(microUsd === undefined ? {} : { microUsd }),
  };
}
