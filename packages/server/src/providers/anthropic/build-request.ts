import type Anthropic from '@anthropic-ai/sdk';
import { type Message, SluiceError } from '@sluice/shared';
import { contentOf, textOf } from '../message-text.ts';
import type { ProviderRequest } from '../provider.ts';

/** `max_tokens` is required; a model the catalogue does not know takes at least this many. */
const DEFAULT_MAX_TOKENS = 4096;
/** The least that the API takes for thinking. */
const MIN_THINKING_TOKENS = 1024;
const thinkingTokens = { low: 2048, medium: 8192, high: 24_576 };

/** The SDK's types are those of API version 2026-10-21, which knows no sampling options. */
export type MessageBody = Anthropic.MessageCreateParamsStreaming & { temperature?: number };
type Thinking = Pick<MessageBody, 'max_tokens' | 'thinking' | 'output_config'>;

/**
 * @returns the body of `POST /v1/messages`; with a temperature it is one of API version 2023-06-01. System messages, wherever they
 * stand, follow the system prompt in `system`: the API has no such role.
 * @throws {SluiceError} `unsupported_option` for a temperature together with thinking, which the API refuses
 */
export function buildRequest(request: ProviderRequest): MessageBody {
  const { temperature } = request;
  const system = [
    ...(request.systemPrompt === undefined ? [] : [request.systemPrompt]),
    ...request.messages.filter(({ role }) => role === 'system').map(textOf),
  ].join('\n\n');
  const thinking = toThinking(request);
  if (temperature !== undefined && /^(adaptive|enabled)$/.test(thinking.thinking?.type ?? '')) {
    throw new SluiceError('unsupported_option', { detail: 'temperature: not together with reasoning' });
  }
  return {
    model: request.model,
    ...thinking,
    ...(temperature === undefined ? {} : { temperature }),
    ...(system === '' ? {} : { system }),
    messages: trimPrefill(request.messages.flatMap((message) => toParam(message))),
    stream: true,
  };
}

/** Thinking counts as output, and has to leave room for the answer. */
function toThinking({ reasoning, dialect, maxOutputTokens, modelOutputLimit }: ProviderRequest): Thinking {
  const limit = maxOutputTokens ?? modelOutputLimit;
  const plain = { max_tokens: limit ?? DEFAULT_MAX_TOKENS };
  const form = dialect.reasoning;
  if (reasoning === undefined || (form !== 'adaptive' && form !== 'budget')) return plain;
  if (reasoning === 'off') return { ...plain, thinking: { type: dialect.thinkingOff ?? 'disabled' } };
  if (form === 'adaptive') {
    return {
      ...plain,
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: reasoning },
    };
  }
  const wanted = thinkingTokens[reasoning];
  const budget = limit === undefined ? wanted : Math.min(wanted, Math.floor(limit * 0.75));
  if (budget < MIN_THINKING_TOKENS) return plain;
  return {
    max_tokens: limit ?? budget + DEFAULT_MAX_TOKENS,
    thinking: { type: 'enabled', budget_tokens: budget },
  };
}

function toParam(message: Message): Anthropic.MessageParam[] {
  const { role } = message;
  if (role === 'system') return [];
  const content = contentOf(message);
  if (typeof content === 'string') return [{ role, content }];
  return [
    {
      role: 'user',
      content: content.map((part) =>
        part.type === 'text'
          ? { type: 'text', text: part.text }
          : { type: 'image', source: { type: 'base64', media_type: part.mediaType, data: part.data } },
      ),
    },
  ];
}

/** An answer that is to be gone on with may not end in white space, nor be empty. */
function trimPrefill(messages: Anthropic.MessageParam[]): Anthropic.MessageParam[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || typeof last.content !== 'string') return messages;
  const content = last.content.trimEnd();
  return [...messages.slice(0, -1), ...(content === '' ? [] : [{ ...last, content }])];
}
