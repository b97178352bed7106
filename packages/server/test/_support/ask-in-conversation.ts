import type { Conversation, MessageList, StoredMessage } from '@sluice/shared';
import { type TestServer, lastOf, readEvents, textOf } from './start-server.ts';

/** One run of a conversation, read to its end. */
export interface Asked {
  runId: string;
  userMessageId: string | undefined;
  messageId: string;
  text: string;
  reason: string | undefined;
}

/** A conversation of the server's ordinary user, unless a token says whose. */
export async function createConversation(
  server: TestServer,
  { title, token = server.token }: { title?: string; token?: string } = {},
): Promise<Conversation> {
  const response = await server.call('/api/conversations', {
    body: title === undefined ? {} : { title },
    token,
  });
  if (response.status !== 201) throw new Error(await response.text());
  return (await response.json()) as Conversation;
}

/** @throws {Error} with the problem's text when the server refuses */
export async function ask(
  server: TestServer,
  body: { conversationId: string } & Record<string, unknown>,
): Promise<Asked> {
  const response = await server.call('/api/chat/stream', { body });
  if (response.status !== 200) throw new Error(await response.text());
  const events = await readEvents(response);
  const start = lastOf(events, 'run-start');
  return {
    runId: start?.runId ?? '',
    userMessageId: start?.userMessageId,
    messageId: start?.messageId ?? '',
    text: textOf(events),
    reason: lastOf(events, 'run-end')?.reason,
  };
}

/** The whole tree, in the order in which it was stored. */
export async function readMessages(
  server: TestServer,
  id: string,
  token = server.token,
): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `?cursor=${cursor}`;
    const response = await server.call(`/api/conversations/${id}/messages${query}`, { token });
    if (response.status !== 200) throw new Error(await response.text());
    const page = (await response.json()) as MessageList;
    messages.push(...page.messages);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return messages;
}
