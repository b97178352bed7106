import type { Message, Usage } from '@sluice/shared';

/** Characters per token, about right for prose in most languages. */
const CHARACTERS_PER_TOKEN = 4;
/** What vendors count for an image of middling size. */
const TOKENS_PER_IMAGE = 1500;

export function estimateTokens(length: number): number {
  return Math.ceil(length / CHARACTERS_PER_TOKEN);
}

/** Tokens of a prompt, whatever its length without reading it. */
export function estimateInputTokens(asked: { messages: readonly Message[]; systemPrompt?: string }): number {
  let characters = asked.systemPrompt?.length ?? 0;
  let images = 0;
  for (const { role, content } of asked.messages) {
    characters += role.length;
    if (typeof content === 'string') characters += content.length;
    else {
      for (const part of content) {
        if (part.type === 'text') characters += part.text.length;
        else images += 1;
      }
    }
  }
  return estimateTokens(characters) + images * TOKENS_PER_IMAGE;
}

const USUAL_OUTPUT_TOKENS = 4096;

/** Tokens that an answer is expected to have at most, for what is set aside before it begins. */
export function outputTokensOf(
  asked: { maxOutputTokens?: number | undefined },
  model: { maxOutputTokens: number | null },
): number {
  return Math.min(asked.maxOutputTokens ?? USUAL_OUTPUT_TOKENS, model.maxOutputTokens ?? Infinity);
}

/** Usage of a call whose provider did not say, marked as estimated. `known` is what it did say before it was cut. */
export function estimateUsage(
  asked: { messages: readonly Message[]; systemPrompt?: string },
  produced: { text: number; reasoning: number },
  known: Usage | null,
): Usage {
  const reasoningTokens = estimateTokens(produced.reasoning);
  return {
    inputTokens: known?.inputTokens || estimateInputTokens(asked),
    outputTokens: estimateTokens(produced.text) + reasoningTokens,
    cacheReadTokens: known?.cacheReadTokens ?? 0,
    cacheWriteTokens: known?.cacheWriteTokens ?? 0,
    reasoningTokens,
    source: 'estimated',
  };
}
