import type { RunEndReason, RunStart, Usage } from '@sluice/shared';

/** What every chunk of an answer, and a whole one, begins with. */
export const openAiHead = ({ runId, createdAt }: RunStart, model: string) => ({
  id: `chatcmpl-${runId}`,
  created: Math.floor(Date.parse(createdAt) / 1000) || 0,
  model,
});

/** @returns null for what is no end of an answer in OpenAI's words, but an error */
export function openAiFinishReason(reason: RunEndReason): 'stop' | 'length' | 'content_filter' | null {
  switch (reason) {
    case 'complete':
      return 'stop';
    case 'length':
      return 'length';
    case 'refused':
      return 'content_filter';
    default:
      return null;
  }
}

/** Cache reads are inside the prompt, and thoughts inside the completion, as they are in ours. */
export function toOpenAiUsage(usage: Usage | null) {
  if (usage === null) return null;
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}
