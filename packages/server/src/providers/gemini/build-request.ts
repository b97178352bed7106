import { type Message, SluiceError } from '@sluice/shared';
import type { Content, GenerateContentParameters, Part, ThinkingConfig, ThinkingLevel } from '@google/genai';
import { contentOf, textOf } from '../message-text.ts';
import type { ProviderRequest } from '../provider.ts';

type Reasoning = NonNullable<ProviderRequest['reasoning']>;

/** The SDK's enum, which only its value import would give: this file is read before the SDK is loaded. */
const levels: Readonly<Record<Reasoning, `${ThinkingLevel}`>> = {
  off: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
};
/** Tokens. */
const budgets: Readonly<Record<Reasoning, number>> = { off: 0, low: 1024, medium: 8192, high: 24576 };

/**
 * @returns what `models.generateContentStream` takes
 * @throws {SluiceError} `upstream_invalid` for a name that no model can have: it becomes a part of the address
 */
export function buildRequest(request: ProviderRequest, providerName: string): GenerateContentParameters {
  const { model, messages, systemPrompt, maxOutputTokens, temperature } = request;
  if (!/^[\w.:@-]+(\/[\w.:@-]+)*$/.test(model) || model.includes('..')) {
    throw new SluiceError('upstream_invalid', { detail: `${providerName} has no model of this name` });
  }
  const instructions = messages.filter(({ role }) => role === 'system').map(textOf);
  if (systemPrompt !== undefined) instructions.unshift(systemPrompt);
  const thinkingConfig = thinkingOf(request);
  return {
    model,
    contents: messages.filter(({ role }) => role !== 'system').map(toContent),
    config: {
      ...(instructions.length === 0 ? {} : { systemInstruction: instructions.join('\n\n') }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(thinkingConfig === undefined ? {} : { thinkingConfig }),
      // Further calls are the run's own business.
      automaticContinuation: false,
    },
  };
}

function toContent(message: Message): Content {
  const content = contentOf(message);
  if (typeof content === 'string') {
    return { role: message.role === 'assistant' ? 'model' : 'user', parts: [{ text: content }] };
  }
  return {
    role: 'user',
    parts: content.map((part): Part =>
      part.type === 'text'
        ? { text: part.text }
        : { inlineData: { mimeType: part.mediaType, data: part.data } },
    ),
  };
}

/** Thoughts are shown wherever the model has some, unless they are asked away. */
function thinkingOf({ reasoning, dialect }: ProviderRequest): ThinkingConfig | undefined {
  if (dialect.reasoning === undefined) return undefined;
  const includeThoughts = reasoning === 'off' ? {} : { includeThoughts: true };
  if (reasoning === undefined) return includeThoughts;
  if (dialect.reasoning === 'budget') return { thinkingBudget: budgets[reasoning], ...includeThoughts };
  return { thinkingLevel: levels[reasoning] as ThinkingLevel, ...includeThoughts };
}
