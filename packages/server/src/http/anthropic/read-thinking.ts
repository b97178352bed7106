import type { ChatRequest } from '@sluice/shared';
import type { MessageCall } from './message-call-schema.ts';

/** What budgets are nearest to, in tokens. */
const MEDIUM_BUDGET = 4096;
const HIGH_BUDGET = 16_384;

/** How much a call asks to think. Its effort counts only with thinking; without a word about either, it is the model's to say. */
export function readThinking({ thinking, output_config: config }: MessageCall): ChatRequest['reasoning'] {
  if (!thinking) return undefined;
  const { type, budget_tokens: budget } = thinking;
  if (type === 'disabled' || type === 'between_tools') return 'off';
  if (config?.effort) return config.effort === 'low' || config.effort === 'medium' ? config.effort : 'high';
  // Anthropic's own default.
  if (type === 'adaptive' || budget === undefined) return 'high';
  if (budget < MEDIUM_BUDGET) return 'low';
  return budget < HIGH_BUDGET ? 'medium' : 'high';
}

/** Whether thoughts are to be told. */
export function showsThinking({ thinking }: MessageCall): boolean {
  return (thinking?.type === 'enabled' || thinking?.type === 'adaptive') && thinking.display !== 'omitted';
}
