import type { Message } from '@sluice/shared';
import { contentOf } from '../message-text.ts';
import type { ProviderRequest } from '../provider.ts';

interface OllamaMessage {
  role: Message['role'];
  content: string;
  /** Base64, without a media type. */
  images?: readonly string[];
}

/** Body of `POST /api/chat`: https://docs.ollama.com/api/chat */
export interface OllamaRequest {
  model: string;
  messages: readonly OllamaMessage[];
  stream: true;
  think?: boolean | 'low' | 'medium' | 'high';
  options?: { num_predict?: number; temperature?: number };
}

/** @returns the body of `POST /api/chat` */
export function buildRequest(request: ProviderRequest): OllamaRequest {
  const { systemPrompt, maxOutputTokens, temperature } = request;
  const system: OllamaMessage[] =
    systemPrompt === undefined ? [] : [{ role: 'system', content: systemPrompt }];
  const options = {
    ...(maxOutputTokens === undefined ? {} : { num_predict: maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
  const think = thinkOf(request);
  return {
    model: request.model,
    messages: [...system, ...request.messages.map(toMessage)],
    stream: true,
    ...(think === undefined ? {} : { think }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

function toMessage(message: Message): OllamaMessage {
  const content = contentOf(message);
  if (typeof content === 'string') return { role: message.role, content };
  return {
    role: 'user',
    content: content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'),
    images: content.flatMap((part) => (part.type === 'image' ? [part.data] : [])),
  };
}

/** Models that take an effort (gpt-oss) do not heed `false`: a little is the least they can. */
function thinkOf({ reasoning, dialect }: ProviderRequest): OllamaRequest['think'] {
  if (reasoning === undefined) return undefined;
  if (dialect.reasoning === 'switch') return reasoning !== 'off';
  if (dialect.reasoning === 'effort') return reasoning === 'off' ? 'low' : reasoning;
  return undefined;
}
