import { type ChatRequest, type Message, SluiceError } from '@sluice/shared';
import { type UiChatBody, optionNames } from './ui-chat-body.ts';
import { type UiMessage, toMessage } from './ui-message.ts';

export interface Asked {
  body: ChatRequest;
  /** Fields of the caller's that nothing is made of, by name. */
  dropped: string[];
}

const ownFields = new Set<string>([
  ...optionNames,
  'id',
  'messages',
  'message',
  'trigger',
  'messageId',
  'tools',
]);

function refuse(field: string, why: string): never {
  throw new SluiceError('invalid_request', { detail: `${field}: ${why}` });
}

/**
 * What the Vercel AI SDK asks for, in our own words. In a conversation what was said before is stored, so only what is new counts.
 * @param onDisconnect unless the body says it
 * @throws {SluiceError} `invalid_request` naming the caller's field
 */
export function toChatRequest(
  body: UiChatBody,
  onDisconnect: NonNullable<ChatRequest['onDisconnect']>,
): Asked {
  if (body.message !== undefined && body.messages !== undefined) {
    refuse('message', 'give either message or messages, not both');
  }
  if (body.system !== undefined && body.systemPrompt !== undefined) {
    refuse('system', 'give either system or systemPrompt, not both');
  }
  const given = optionNames.filter((name) => body[name] !== undefined);
  const options = Object.fromEntries(given.map((name) => [name, body[name]])) as ChatRequest;
  const said = body.message === undefined ? (body.messages ?? []) : [body.message];
  const nameOf = (index: number) => (body.message === undefined ? `messages.${index}` : 'message');
  const told = body.conversationId === undefined ? readHistory(said, nameOf) : readTurn(body, said, nameOf);
  const strange = Object.keys(body).filter((name) => !ownFields.has(name));
  const unsaid = said.flatMap(({ role }, index) => (isSaid(role) ? [] : [nameOf(index)]));
  return {
    body: { onDisconnect, ...options, ...(told.length > 0 && { messages: told }) },
    dropped: [...strange, ...unsaid],
  };
}

type NameOf = (index: number) => string;

/** What is to be obeyed comes as `systemPrompt`: a history is what the page has, and anybody may have written in it. */
const isSaid = (role: UiMessage['role']): role is 'user' | 'assistant' =>
  role === 'user' || role === 'assistant';

/** All that was said, without the messages that say nothing: an answer that failed leaves one. */
function readHistory(said: readonly UiMessage[], nameOf: NameOf): Message[] {
  readPrompt(said, nameOf);
  return said.flatMap(({ role, content }) =>
    isSaid(role) && content.length > 0 ? [toMessage(role, content)] : [],
  );
}

/** @returns the new prompt of a conversation, or nothing where one that is stored is answered again, or an answer goes on */
function readTurn(body: UiChatBody, said: readonly UiMessage[], nameOf: NameOf): Message[] {
  if (body.continue === true) return [];
  const isAnother = body.trigger === 'regenerate-message' || said.length === 0;
  const isEdited = !isAnother && typeof body.messageId === 'string' && said.at(-1)?.role === 'user';
  if ((isAnother || isEdited) && body.parentId === undefined) {
    refuse('parentId', 'name the stored message; answers have its id in their metadata, as userMessageId');
  }
  return isAnother ? [] : [readPrompt(said, nameOf)];
}

function readPrompt(said: readonly UiMessage[], nameOf: NameOf): Message {
  const last = said.at(-1);
  const field = nameOf(said.length - 1);
  if (last === undefined) refuse('messages', 'give messages, or the last one as message');
  if (last.role !== 'user') refuse(`${field}.role`, "the last message must be the user's");
  if (last.content.length === 0) refuse(`${field}.parts`, 'say nothing; give a text or an image');
  return toMessage('user', last.content);
}
