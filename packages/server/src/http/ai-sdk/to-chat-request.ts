import type { ChatRequest } from '@sluice/shared';
import type { ForeignRequest } from '../dialect/foreign-request.ts';
import { MessageList } from '../dialect/message-list.ts';
import { refuseField } from '../dialect/refuse-field.ts';
import { type UiChatBody, optionNames } from './ui-chat-body.ts';
import type { UiMessage } from './ui-message.ts';

const ownFields = new Set<string>([
  ...optionNames,
  'id',
  'messages',
  'message',
  'trigger',
  'messageId',
  'tools',
]);

/**
 * What the Vercel AI SDK asks for, in our own words. In a conversation what was said before is stored, so only what is new counts.
 * @param onDisconnect unless the body says it
 * @throws {SluiceError} `invalid_request` naming the caller's field
 */
export function toChatRequest(
  body: UiChatBody,
  onDisconnect: NonNullable<ChatRequest['onDisconnect']>,
): ForeignRequest {
  if (body.message !== undefined && body.messages !== undefined) {
    refuseField('message', 'give either message or messages, not both');
  }
  if (body.system !== undefined && body.systemPrompt !== undefined) {
    refuseField('system', 'give either system or systemPrompt, not both');
  }
  const given = optionNames.filter((name) => body[name] !== undefined);
  const options = Object.fromEntries(given.map((name) => [name, body[name]])) as ChatRequest;
  const said = listSaid(body);
  const { messages, names } = tell(
    body.conversationId === undefined ? readHistory(said) : readTurn(body, said),
  );
  const strange = Object.keys(body).filter((name) => !ownFields.has(name));
  const unsaid = said.flatMap(({ role, field }) => (isSaid(role) ? [] : [field]));
  return {
    body: { onDisconnect, ...options, ...(messages.length > 0 && { messages }) },
    dropped: [...strange, ...unsaid],
    names,
  };
}

/** A message, and where the caller has it. */
interface Said extends UiMessage {
  field: string;
}

function listSaid({ message, messages = [] }: UiChatBody): Said[] {
  if (message !== undefined) return [{ ...message, field: 'message' }];
  return messages.map((each, index) => ({ ...each, field: `messages.${index}` }));
}

/** What is to be obeyed comes as `systemPrompt`: a history is what the page has, and anybody may have written in it. */
const isSaid = (role: UiMessage['role']): role is 'user' | 'assistant' =>
  role === 'user' || role === 'assistant';

/** Messages that say nothing are passed over: an answer that failed leaves one. */
function tell(said: readonly Said[]): MessageList {
  const list = new MessageList();
  for (const { role, content, field } of said) {
    if (!isSaid(role) || content.length === 0) continue;
    const [first, ...more] = content;
    const text = first?.part.type === 'text' && more.length === 0 ? first.part.text : undefined;
    const named = content.map(({ part, field: place }) => ({ part, field: `${field}.${place}` }));
    list.add(role, text ?? named, field);
  }
  return list;
}

/** All that was said. */
function readHistory(said: readonly Said[]): readonly Said[] {
  requirePrompt(said);
  return said;
}

/** @returns the new prompt of a conversation, or nothing where one that is stored is answered again, or an answer goes on */
function readTurn(body: UiChatBody, said: readonly Said[]): readonly Said[] {
  if (body.continue === true) return [];
  const isAnother = body.trigger === 'regenerate-message' || said.length === 0;
  const isEdited = !isAnother && typeof body.messageId === 'string' && said.at(-1)?.role === 'user';
  if ((isAnother || isEdited) && body.parentId === undefined) {
    refuseField(
      'parentId',
      'name the stored message; answers have its id in their metadata, as userMessageId',
    );
  }
  return isAnother ? [] : [requirePrompt(said)];
}

function requirePrompt(said: readonly Said[]): Said {
  const last = said.at(-1);
  if (last === undefined) refuseField('messages', 'give messages, or the last one as message');
  if (last.role !== 'user') refuseField(`${last.field}.role`, "the last message must be the user's");
  if (last.content.length === 0) refuseField(`${last.field}.parts`, 'holds no text and no image');
  return last;
}
