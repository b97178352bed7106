import type { Message } from '@sluice/shared';
import type OpenAI from 'openai';
import { contentOf } from '../message-text.ts';
import type { ProviderRequest } from '../provider.ts';

type Params = OpenAI.Responses.ResponseCreateParamsStreaming;

/** @returns the body of `POST /responses`; the upstream is told to keep nothing of it */
export function buildResponseRequest(request: ProviderRequest): Params {
  const { systemPrompt, maxOutputTokens, temperature } = request;
  const reasoning = reasoningOf(request);
  return {
    model: request.model,
    input: request.messages.map(toItem),
    ...(systemPrompt === undefined ? {} : { instructions: systemPrompt }),
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(reasoning === undefined ? {} : { reasoning }),
    store: false,
    stream: true,
  };
}

/** Reasoning is shown only to those who ask for it: organisations that OpenAI has not verified are refused a summary. */
function reasoningOf({ reasoning, dialect }: ProviderRequest): Params['reasoning'] {
  if (reasoning === undefined || dialect.reasoning !== 'effort') return undefined;
  return reasoning === 'off' ? { effort: 'none' } : { effort: reasoning, summary: 'auto' };
}

function toItem(message: Message): OpenAI.Responses.EasyInputMessage {
  const content = contentOf(message);
  if (typeof content === 'string') return { role: message.role, content };
  return {
    role: 'user',
    content: content.map((part) =>
      part.type === 'text'
        ? { type: 'input_text', text: part.text }
        : {
            type: 'input_image',
            detail: 'auto',
            image_url: `data:${part.mediaType};base64,${part.data}`,
          },
    ),
  };
}
