import type { RunEndReason, Usage } from '@sluice/shared';

const anthropicId = (runId: string) => `msg_${runId}`;

/** @returns null for what is no end of an answer in Anthropic's words, but an error */
function anthropicStopReason(reason: RunEndReason): 'end_turn' | 'max_tokens' | 'refusal' | null {
  switch (reason) {
    case 'complete':
      return 'end_turn';
    case 'length':
      return 'max_tokens';
    case 'refused':
      return 'refusal';
    default:
      return null;
  }
}

/** How a message ended, or null in all of it while it goes on. */
export function toAnthropicStop(reason: RunEndReason | null) {
  const stopReason = reason && anthropicStopReason(reason);
  return {
    stop_reason: stopReason,
    stop_sequence: null,
    stop_details: stopReason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null,
  };
}

/** Cache reads and writes are beside the input here, and inside it in ours. Not known yet, or at all: zeros, which must be there. */
export function toAnthropicUsage(usage: Usage | null) {
  const cached = usage === null ? 0 : usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - cached),
    cache_creation_input_tokens: usage?.cacheWriteTokens ?? 0,
    cache_read_input_tokens: usage?.cacheReadTokens ?? 0,
    output_tokens: usage?.outputTokens ?? 0,
    output_tokens_details: { thinking_tokens: usage?.reasoningTokens ?? 0 },
    server_tool_use: null,
  };
}

/** What a message is beside what it says and how it ends. */
export const anthropicHead = (runId: string, model: string) => ({
  id: anthropicId(runId),
  type: 'message',
  role: 'assistant',
  model,
  container: null,
  diagnostics: null,
});
