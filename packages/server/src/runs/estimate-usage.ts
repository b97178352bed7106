import type { Message, Usage } from '@sluice/shared';

/** Characters per token, about right for prose in most languages. */
const CHARACTERS_PER_TOKEN = 4;

function estimateTokens(length: number): number {
  return Math.ceil(length / CHARACTERS_PER_TOKEN);
}

/** Usage of a call whose provider did not say, marked as estimated. `known` is what it did say before it was cut. */
export function estimateUsage(
  asked: { messages: readonly Message[]; systemPrompt?: string },
  produced: { text: number; reasoning: number },
  known: Usage | null,
): Usage {
  const prompt = JSON.stringify(asked.messages).length + (asked.systemPrompt?.length ?? 0);
  const reasoningTokens = estimateTokens(produced.reasoning);
  return {
    inputTokens: known?.inputTokens || estimateTokens(prompt),
    outputTokens: estimateTokens(produced.text) + reasoningTokens,
    cacheReadTokens: known?.cacheReadTokens ?? 0,
    cacheWriteTokens: known?.cacheWriteTokens ?? 0,
    reasoningTokens,
    source: 'estimated',
  };
}
