import { openAiFinishReason, openAiHead, toOpenAiUsage } from '../../encoders/openai-answer.ts';
import { toSluiceExtra } from '../../encoders/to-sluice-extra.ts';
import type { WholeAnswer } from '../dialect/failed-answer.ts';

/** A whole answer as OpenAI's `chat.completion`. */
export function toChatCompletion({ start, model, content, reasoning, end }: WholeAnswer) {
  return {
    ...openAiHead(start, model),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content,
          ...(reasoning !== '' && { reasoning_content: reasoning }),
          refusal: null,
        },
        logprobs: null,
        finish_reason: openAiFinishReason(end.reason),
      },
    ],
    usage: toOpenAiUsage(end.usage),
    sluice: toSluiceExtra(start.runId, end.usage, end.cost),
  };
}
