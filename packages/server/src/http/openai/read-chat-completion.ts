import type { ChatRequest, Message } from '@sluice/shared';
import type { ForeignRequest, NamedPart } from '../dialect/foreign-request.ts';
import { isAbsent } from '../dialect/is-absent.ts';
import { type FieldFates, listDropped } from '../dialect/list-dropped.ts';
import { MessageList } from '../dialect/message-list.ts';
import { readDataUrl } from '../dialect/read-image.ts';
import { refuseField } from '../dialect/refuse-field.ts';
import { refuseOption, refuseUnlessEmpty } from '../dialect/refuse-option.ts';
import {
  type ChatCompletionCall,
  type ChatCompletionMessage,
  chatCompletionSchema,
} from './chat-completion-schema.ts';

/** Left out, they would change the answer into another one. */
const refused = ['tools', 'functions', 'audio', 'web_search_options'];
/** Which of the tools, where there are none. */
const choices = ['tool_choice', 'function_call'];

const fates: FieldFates = {
  heeded: [...Object.keys(chatCompletionSchema.shape), ...refused, ...choices],
  idle: [
    'user',
    'metadata',
    'store',
    'service_tier',
    'safety_identifier',
    'parallel_tool_calls',
    'prompt_cache_key',
    'prompt_cache_retention',
  ],
  neutral: { top_p: 1, presence_penalty: 0, frequency_penalty: 0, logprobs: false },
};

const levels = {
  none: 'off',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
} as const satisfies Record<NonNullable<ChatCompletionCall['reasoning_effort']>, ChatRequest['reasoning']>;

/**
 * What a chat completion asks for, in our words.
 * @throws {SluiceError} `unsupported_option` for tools and the like, `invalid_request`; naming the caller's field
 */
export function readChatCompletion(call: ChatCompletionCall): ForeignRequest {
  refuseUnsupported(call);
  const list = new MessageList();
  for (const [index, message] of call.messages.entries()) {
    const field = `messages.${index}`;
    list.add(roleOf(message, field), readContent(message, field), field);
  }
  list.requireQuestion();
  const { model, temperature, reasoning_effort: effort } = call;
  const maxOutputTokens = call.max_completion_tokens ?? call.max_tokens;
  return {
    body: {
      ...(model && { model }),
      messages: list.messages,
      ...(maxOutputTokens && { maxOutputTokens }),
      ...(typeof temperature === 'number' && { temperature }),
      ...(effort && { reasoning: levels[effort] }),
    },
    dropped: listDropped(call, fates),
    names: list.names.set('reasoning', 'reasoning_effort'),
  };
}

function refuseUnsupported(call: ChatCompletionCall): void {
  refuseUnlessEmpty(call, refused);
  for (const field of choices) {
    const choice = call[field];
    if (!isAbsent(choice) && choice !== 'none' && choice !== 'auto') refuseOption(field);
  }
  if ((call.n ?? 1) > 1) refuseOption('n', 'must be 1: there is one answer to a request');
  const format = call.response_format?.type ?? 'text';
  if (format !== 'text')
    refuseOption('response_format.type', `${quote(format)} is not supported, only text is`);
  const other = call.modalities?.find((modality) => modality !== 'text');
  if (other !== undefined) refuseOption('modalities', `${quote(other)} is not supported, only text is`);
}

function roleOf({ role, ...message }: ChatCompletionMessage, field: string): Message['role'] {
  if (role === 'tool' || role === 'function') refuseOption(`${field}.role`, `${role} is not supported`);
  for (const name of ['tool_calls', 'function_call', 'audio']) {
    if (!isAbsent(message[name])) refuseOption(`${field}.${name}`);
  }
  return role === 'developer' ? 'system' : role;
}

function readContent({ role, content, refusal }: ChatCompletionMessage, field: string): string | NamedPart[] {
  if (content === undefined || content === null) return refusal ?? '';
  if (typeof content === 'string') return content;
  return content.flatMap((part, index) => readPart({ part, role }, `${field}.content.${index}`));
}

type TheirPart = Exclude<NonNullable<ChatCompletionMessage['content']>, string>[number];

function readPart({ part, role }: { part: TheirPart; role: string }, field: string): NamedPart[] {
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const text = part[part.type];
      if (text === undefined) refuseField(`${field}.${part.type}`, 'must be a string');
      return text === '' ? [] : [{ part: { type: 'text', text }, field }];
    }
    case 'image_url':
      if (role !== 'user') refuseOption(`${field}.type`, 'images are for messages of the user');
      if (part.image_url === undefined) refuseField(`${field}.image_url`, 'must be an object with a url');
      return [readDataUrl(part.image_url.url, `${field}.image_url.url`)];
    default:
      return refuseOption(`${field}.type`, `${quote(part.type)} is not supported: text and image_url are`);
  }
}

/** A refusal is no mirror: what it quotes of the request is cut. */
const quote = (text: string) => JSON.stringify(text.slice(0, 40));
