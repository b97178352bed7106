import {
  type ChatSettings,
  type Connection,
  type Conversation,
  type ConversationList,
  type NewConversation,
  type StoredMessage,
  conversationListSchema,
  conversationSchema,
  messageListSchema,
  sendRequest,
} from '@sluice/shared';
import { requestJson } from './request-json.ts';

/** @returns the address of a conversation, or of what belongs to it */
export function conversationPath(id: string, rest = ''): string {
  return `/api/conversations/${encodeURIComponent(id)}${rest}`;
}

export interface ListQuery {
  /** Words to look for; empty for all. */
  q: string;
  archived: boolean;
  /** Null for the first page. */
  cursor: string | null;
}

export function listConversations(
  connection: Connection,
  { q, archived, cursor }: ListQuery,
  signal?: AbortSignal,
): Promise<ConversationList> {
  const query = new URLSearchParams({
    ...(q !== '' && { q }),
    ...(archived && { archived: 'true' }),
    // Whoever scrolls on wants more than what fits the first view.
    ...(cursor !== null && { cursor, limit: '200' }),
  });
  return requestJson(connection, `/api/conversations?${query}`, { schema: conversationListSchema, signal });
}

export function createConversation(
  connection: Connection,
  body: NewConversation,
  signal?: AbortSignal,
): Promise<Conversation> {
  const request = { schema: conversationSchema, method: 'POST', body, signal };
  return requestJson(connection, '/api/conversations', request);
}

export function readConversation(
  connection: Connection,
  id: string,
  signal?: AbortSignal,
): Promise<Conversation> {
  return requestJson(connection, conversationPath(id), { schema: conversationSchema, signal });
}

export interface ConversationChange {
  title?: string;
  pinned?: boolean;
  archived?: boolean;
  settings?: ChatSettings;
}

export function changeConversation(
  connection: Connection,
  id: string,
  changes: ConversationChange,
): Promise<Conversation> {
  const request = { schema: conversationSchema, method: 'PATCH', body: changes };
  return requestJson(connection, conversationPath(id), request);
}

/** Goes out even when the page is just being left. */
export async function deleteConversation(connection: Connection, id: string): Promise<void> {
  await sendRequest(connection, conversationPath(id), { method: 'DELETE', keepalive: true });
}

/** As many as the server gives at once: each page is another way there and back before the end can be shown. */
const MESSAGES_PER_PAGE = '1000';

/** @returns the whole tree, in the order in which it was stored */
export async function readMessages(
  connection: Connection,
  id: string,
  signal?: AbortSignal,
): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: MESSAGES_PER_PAGE, ...(cursor !== null && { cursor }) });
    const path = conversationPath(id, `/messages?${query}`);
    const page: { messages: StoredMessage[]; nextCursor: string | null } = await requestJson(
      connection,
      path,
      { schema: messageListSchema, signal },
    );
    messages.push(...page.messages);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return messages;
}
