import { anthropicHead, toAnthropicStop, toAnthropicUsage } from '../../encoders/anthropic-answer.ts';
import { toSluiceExtra } from '../../encoders/to-sluice-extra.ts';
import type { WholeAnswer } from '../dialect/failed-answer.ts';

/** A whole answer as Anthropic's `Message`. */
export function toMessage(
  { start, model, content, reasoning, end }: WholeAnswer,
  { showsThinking }: { showsThinking: boolean },
) {
  const hasThinking = showsThinking && reasoning !== '';
  return {
    ...anthropicHead(start.runId, model),
    content: [
      ...(hasThinking ? [{ type: 'thinking', thinking: reasoning, signature: '' }] : []),
      ...(content === '' ? [] : [{ type: 'text', text: content, citations: null }]),
    ],
    ...toAnthropicStop(end.reason),
    usage: toAnthropicUsage(end.usage),
    sluice: toSluiceExtra(start.runId, end.usage, end.cost),
  };
}
