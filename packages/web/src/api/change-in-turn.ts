// In: changes of conversations, as they are made on the page. Out: one request after the other for each conversation.
// Never: an older change that replaces a newer one, nor one that takes back what another has changed.
import type { Connection, Conversation } from '@sluice/shared';
import type { QueryClient } from '@tanstack/react-query';
import { conversationKeys, putConversation } from './conversation-cache.ts';
import { type ConversationChange, changeConversation } from './conversation-requests.ts';

export type ChangeOne = (conversation: Conversation, changes: ConversationChange) => Promise<void>;

interface Ports {
  connection: Connection;
  queries: QueryClient;
}

interface Line {
  /** As the server has it, as far as is known. */
  stored: Conversation;
  /** What it has not answered yet, oldest first. */
  waiting: ConversationChange[];
  last: Promise<void>;
}

const lines = new WeakMap<QueryClient, Map<string, Line>>();

/**
 * Shows a change at once, and takes it to the server when those before it have been answered.
 * @param conversation as the page shows it
 * @throws what the server refused it with; what it was to change is then shown as before
 */
export async function changeInTurn(
  ports: Ports,
  conversation: Conversation,
  changes: ConversationChange,
): Promise<void> {
  const { connection, queries } = ports;
  const { id } = conversation;
  const ofPage = lines.get(queries) ?? new Map<string, Line>();
  lines.set(queries, ofPage);
  const line = ofPage.get(id) ?? { stored: conversation, waiting: [], last: Promise.resolve() };
  ofPage.set(id, line);
  line.waiting.push(changes);
  const before = queries.getQueryData<Conversation>(conversationKeys.one(id));
  putConversation(queries, { ...conversation, ...before, ...changes });
  const own = line.last.then(async () => {
    try {
      line.stored = await changeConversation(connection, id, changes);
      settle(queries, line, line.stored);
    } catch (error) {
      settle(queries, line, revert(queries, line, changes));
      throw error;
    } finally {
      if (line.waiting.length === 0) ofPage.delete(id);
    }
  });
  line.last = own.catch(() => undefined);
  await own;
}

/** @returns what the page shows, with what was to change as the server has it */
function revert(queries: QueryClient, { stored }: Line, changes: ConversationChange): Conversation {
  const shown = queries.getQueryData<Conversation>(conversationKeys.one(stored.id));
  const names = Object.keys(changes) as (keyof ConversationChange)[];
  return Object.assign(
    { ...stored, ...shown },
    ...names.map((name) => ({ [name]: stored[name] })),
  ) as Conversation;
}

/** Shows what the oldest change has come to, under those that still wait. */
function settle(queries: QueryClient, { waiting }: Line, conversation: Conversation): void {
  waiting.shift();
  putConversation(queries, Object.assign({ ...conversation }, ...waiting) as Conversation);
}
