import { type ChatRequest, type Message, SluiceError } from '@sluice/shared';

/** What a request does in a conversation. */
export type Turn =
  /** `parentId`: null for a new first message; undefined for the end of what was said last. */
  | { kind: 'send'; conversationId: string; parentId: string | null | undefined; message: Message }
  /** Another answer to a prompt that is there. */
  | { kind: 'regenerate'; conversationId: string; parentId: string }
  /** More of an answer that was cut short. */
  | { kind: 'continue'; conversationId: string; parentId: string };

function refuse(field: string, why: string): never {
  throw new SluiceError('invalid_request', { detail: `${field}: ${why}` });
}

/**
 * @returns null for a request outside of conversations
 * @throws {SluiceError} `invalid_request` naming the field that does not fit
 */
export function readTurn(body: ChatRequest): Turn | null {
  const { conversationId, parentId, message, messages } = body;
  if (conversationId === undefined) {
    if (parentId !== undefined) refuse('parentId', 'needs a conversationId');
    if (body.continue === true) refuse('continue', 'needs a conversationId');
    return null;
  }
  const prompt = message === undefined ? readPrompt(messages) : { role: 'user' as const, content: message };
  if (body.continue === true) {
    if (prompt !== undefined) refuse('continue', 'takes no message');
    return { kind: 'continue', conversationId, parentId: parentId ?? refuse('parentId', 'name the answer') };
  }
  if (prompt !== undefined) return { kind: 'send', conversationId, parentId, message: prompt };
  const why = 'give a message, or the prompt that is to be answered again as parentId';
  return { kind: 'regenerate', conversationId, parentId: parentId ?? refuse('message', why) };
}

function readPrompt(messages: readonly Message[] | undefined): Message | undefined {
  if (messages === undefined) return undefined;
  const [message, ...more] = messages;
  if (message?.role !== 'user' || more.length > 0) {
    refuse('messages', 'a conversation takes one new user message at a time; what was said before is stored');
  }
  return message;
}
