import type { Message } from '@sluice/shared';
import type OpenAI from 'openai';
import { contentOf } from '../message-text.ts';
import type { ProviderRequest } from '../provider.ts';
import { type ChatProfile, openaiProfile } from './chat-profile.ts';

type Param = OpenAI.ChatCompletionMessageParam;

/** @returns the body of `POST /chat/completions` */
export function buildRequest(
  request: ProviderRequest,
  profile: ChatProfile = openaiProfile,
): OpenAI.ChatCompletionCreateParamsStreaming {
  const { systemPrompt, maxOutputTokens, temperature, reasoning, dialect } = request;
  const system: Param[] = systemPrompt === undefined ? [] : [{ role: 'system', content: systemPrompt }];
  const fields = dialect.reasoning && profile.reasoning[dialect.reasoning];
  return {
    model: request.model,
    messages: [...system, ...request.messages.map(toParam)],
    ...(maxOutputTokens === undefined ? {} : { [profile.tokenLimit]: maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(reasoning && fields?.[reasoning]),
    stream: true,
    ...(profile.asksForUsage ? { stream_options: { include_usage: true } } : {}),
  };
}

function toParam(message: Message): Param {
  const content = contentOf(message);
  if (typeof content === 'string') return { role: message.role, content };
  return {
    role: 'user',
    content: content.map((part) =>
      part.type === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } },
    ),
  };
}
