import type { Message } from '@sluice/shared';
import type OpenAI from 'openai';
import { hasImages, textOf } from '../message-text.ts';
import type { ProviderRequest } from '../provider.ts';

type Param = OpenAI.ChatCompletionMessageParam;

/** @returns the body of `POST /chat/completions` */
export function buildRequest(request: ProviderRequest): OpenAI.ChatCompletionCreateParamsStreaming {
  const { systemPrompt, maxOutputTokens, temperature } = request;
  const system: Param[] = systemPrompt === undefined ? [] : [{ role: 'system', content: systemPrompt }];
  return {
    model: request.model,
    messages: [...system, ...request.messages.map(toParam)],
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function toParam(message: Message): Param {
  const { role, content } = message;
  if (role !== 'user' || typeof content === 'string' || !hasImages(message)) {
    return { role, content: textOf(message) };
  }
  return {
    role,
    content: content.map((part) =>
      part.type === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } },
    ),
  };
}
