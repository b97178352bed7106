import type Anthropic from '@anthropic-ai/sdk';
import type { Message } from '@sluice/shared';
import { hasImages, textOf } from '../message-text.ts';
import type { ProviderRequest } from '../provider.ts';

/** `max_tokens` is required; a model the catalogue does not know takes at least this many. */
const DEFAULT_MAX_TOKENS = 4096;

/**
 * @returns the body of `POST /v1/messages`. `temperature` is left out: API version 2026-10-21 refuses it at any value. System
 * messages, wherever they stand, follow the system prompt in `system`: the API has no such role.
 */
export function buildRequest(request: ProviderRequest): Anthropic.MessageCreateParamsStreaming {
  const system = [
    ...(request.systemPrompt === undefined ? [] : [request.systemPrompt]),
    ...request.messages.filter(({ role }) => role === 'system').map(textOf),
  ].join('\n\n');
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens ?? request.modelOutputLimit ?? DEFAULT_MAX_TOKENS,
    ...(system === '' ? {} : { system }),
    messages: request.messages.flatMap((message) => toParam(message)),
    stream: true,
  };
}

function toParam(message: Message): Anthropic.MessageParam[] {
  const { role, content } = message;
  if (role === 'system') return [];
  if (role === 'assistant' || typeof content === 'string' || !hasImages(message)) {
    return [{ role, content: textOf(message) }];
  }
  return [
    {
      role,
      content: content.map((part) =>
        part.type === 'text'
          ? { type: 'text', text: part.text }
          : { type: 'image', source: { type: 'base64', media_type: part.mediaType, data: part.data } },
      ),
    },
  ];
}
