import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SluiceError } from '@sluice/shared';
import type { Database } from '../storage/database.ts';
import type { StoredConversation } from '../storage/conversation-store.ts';
import type { MessageRecord } from '../storage/message-store.ts';
import { isBeingWritten } from './is-being-written.ts';
import { requireForUpdate } from './require-conversation.ts';

/** What a snapshot keeps of a message: nothing of who wrote it, what it cost or when. */
export type SharedMessage = Pick<
  MessageRecord,
  'id' | 'role' | 'content' | 'reasoning' | 'continuesId' | 'model'
> & {
  reason: MessageRecord['endReason'];
};

/**
 * Keeps one path of a conversation as it stands now, for whoever has the link. An answer that is being written is left out: its text
 * is not in its message yet.
 * @param messageId the last message shown; unless given, the newest
 * @throws {SluiceError} `invalid_request` when there is nothing to show, `not_found` when the conversation is deleted meanwhile
 */
export async function shareConversation(
  database: Database,
  conversation: StoredConversation,
  messageId?: string,
): Promise<{ id: string; createdAt: number }> {
  const { messages } = database;
  const last = messageId ?? (await messages.findNewest(conversation.id))?.id;
  const lines: string[] = [];
  if (last !== undefined) {
    for await (const page of messages.pagePath(last, conversation.id)) {
      const shown = page.filter((message) => !isBeingWritten(message)).map(toShared);
      if (shown.length > 0) lines.push(JSON.stringify(shown));
    }
  }
  if (lines.length === 0) {
    const detail = messageId === undefined ? 'the conversation is empty' : 'messageId: no such message';
    throw new SluiceError('invalid_request', { detail });
  }
  const content = lines.join('\n');
  // Of tens of megabytes the joining takes long enough, and the handing over again.
  await nextTurn();
  const share = { id: randomBytes(16).toString('base64url'), createdAt: Date.now() };
  const { id: conversationId, userId, title } = conversation;
  await database.transaction(async (stores) => {
    await requireForUpdate(stores, userId, conversationId);
    await stores.shares.insert({ ...share, conversationId, title, content });
  });
  return share;
}

function toShared(message: MessageRecord): SharedMessage {
  const { id, role, content, reasoning, continuesId, model, endReason } = message;
  return { id, role, content, reasoning, continuesId, model, reason: endReason };
}
