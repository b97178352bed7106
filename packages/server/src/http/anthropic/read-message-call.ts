import type { ForeignRequest, NamedPart } from '../dialect/foreign-request.ts';
import { isAbsent } from '../dialect/is-absent.ts';
import { type FieldFates, listDropped } from '../dialect/list-dropped.ts';
import { MessageList } from '../dialect/message-list.ts';
import { toImage } from '../dialect/read-image.ts';
import { refuseField } from '../dialect/refuse-field.ts';
import { refuseOption, refuseUnlessEmpty } from '../dialect/refuse-option.ts';
import {
  type MessageBlock,
  type MessageCall,
  type MessageContent,
  messageCallSchema,
} from './message-call-schema.ts';
import { readThinking } from './read-thinking.ts';

/** Left out, they would change the answer into another one. */
const refused = ['tools', 'mcp_servers'];

const fates: FieldFates = {
  heeded: [...Object.keys(messageCallSchema.shape), ...refused, 'tool_choice'],
  idle: ['metadata', 'service_tier', 'cache_control'],
  neutral: { top_p: 1 },
};

/**
 * What a call of the Messages API asks for, in our words.
 * @throws {SluiceError} `unsupported_option` for tools and the like, `invalid_request`; naming the caller's field
 */
export function readMessageCall(call: MessageCall): ForeignRequest {
  refuseUnsupported(call);
  const list = new MessageList();
  for (const [index, { role, content }] of call.messages.entries()) {
    list.add(role, readContent(content, { role, field: `messages.${index}.content` }), `messages.${index}`);
  }
  list.requireQuestion();
  const { model, max_tokens: maxOutputTokens, temperature } = call;
  const reasoning = readThinking(call);
  const systemPrompt = readSystem(call.system ?? '');
  return {
    body: {
      ...(model && { model }),
      ...(systemPrompt !== '' && { systemPrompt }),
      messages: list.messages,
      ...(maxOutputTokens && { maxOutputTokens }),
      ...(typeof temperature === 'number' && { temperature }),
      ...(reasoning && { reasoning }),
    },
    dropped: [...listDropped(call, fates), ...listDroppedOutput(call)],
    names: list.names.set('reasoning', 'thinking'),
  };
}

function refuseUnsupported(call: MessageCall): void {
  refuseUnlessEmpty(call, refused);
  const choice = call['tool_choice'];
  const kind = typeof choice === 'object' && choice !== null && 'type' in choice ? choice.type : choice;
  if (!isAbsent(kind) && kind !== 'auto' && kind !== 'none') refuseOption('tool_choice');
  if (!isAbsent(call.output_config?.format)) refuseOption('output_config.format');
}

/** An effort alone has no word of ours. */
function listDroppedOutput({ output_config: config, thinking }: MessageCall): string[] {
  return config?.effort && !thinking ? ['output_config.effort'] : [];
}

function readSystem(system: MessageContent): string {
  if (typeof system === 'string') return system;
  return system
    .map((block, index) => {
      if (block.type !== 'text') refuseOption(`system.${index}.type`, 'must be text');
      return block.text ?? refuseField(`system.${index}.text`, 'must be a string');
    })
    .filter((text) => text !== '')
    .join('\n\n');
}

interface Place {
  role: string;
  field: string;
}

function readContent(content: MessageContent, { role, field }: Place): string | NamedPart[] {
  if (typeof content === 'string') return content;
  return content.flatMap((block, index) => readBlock(block, { role, field: `${field}.${index}` }));
}

function readBlock(block: MessageBlock, { role, field }: Place): NamedPart[] {
  switch (block.type) {
    case 'text': {
      const { text } = block;
      if (text === undefined) refuseField(`${field}.text`, 'must be a string');
      return text === '' ? [] : [{ part: { type: 'text', text }, field }];
    }
    case 'image':
      if (role !== 'user') refuseOption(`${field}.type`, 'images are for messages of the user');
      return [readImage(block, field)];
    case 'thinking':
    case 'redacted_thinking':
      // What a model thought at an earlier answer is not told to the next: it may be another one, and ours have no signature.
      return [];
    default: {
      const type = JSON.stringify(block.type.slice(0, 40));
      return refuseOption(`${field}.type`, `${type} is not supported: text, image and thinking are`);
    }
  }
}

function readImage({ source }: MessageBlock, field: string): NamedPart {
  if (source?.type !== 'base64') {
    refuseField(`${field}.source.type`, 'must be base64; this server fetches nothing from elsewhere');
  }
  const fields = { mediaType: `${field}.source.media_type`, data: `${field}.source.data` };
  return toImage({ mediaType: source.media_type ?? '', data: source.data ?? '', fields }, field);
}
