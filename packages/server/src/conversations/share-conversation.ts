import { randomBytes } from 'node:crypto';
import { type SharedConversation, SluiceError } from '@sluice/shared';
import type { Database } from '../storage/database.ts';
import type { StoredConversation } from '../storage/conversation-store.ts';
import type { MessageRecord } from '../storage/message-store.ts';
import { imageHashesOf } from './stored-content.ts';
import { toTime } from './to-wire.ts';

/** What a snapshot keeps of a message: nothing of who wrote it, what it cost or when. */
type SharedMessage = Pick<
  MessageRecord,
  'id' | 'role' | 'content' | 'reasoning' | 'continuesId' | 'model'
> & {
  reason: MessageRecord['endReason'];
};

/**
 * Keeps one path of a conversation as it stands now, for whoever has the link.
 * @param messageId the last message shown; unless given, the newest
 * @throws {SluiceError} `invalid_request` when there is nothing to show
 */
export async function shareConversation(
  database: Database,
  conversation: StoredConversation,
  messageId?: string,
): Promise<{ id: string; createdAt: number }> {
  const last = messageId ?? (await database.messages.findNewest(conversation.id))?.id;
  const path = last === undefined ? [] : await database.messages.findPath(last, conversation.id);
  if (path.length === 0) {
    const detail = messageId === undefined ? 'the conversation is empty' : 'messageId: no such message';
    throw new SluiceError('invalid_request', { detail });
  }
  const messages = path.map(
    ({ id, role, content, reasoning, continuesId, model, endReason }): SharedMessage => ({
      id,
      role,
      content,
      reasoning,
      continuesId,
      model,
      reason: endReason,
    }),
  );
  const share = { id: randomBytes(16).toString('base64url'), createdAt: Date.now() };
  await database.shares.insert({
    ...share,
    conversationId: conversation.id,
    title: conversation.title,
    content: JSON.stringify(messages),
  });
  return share;
}

type SharedContent = SharedConversation['messages'][number]['content'];

/** @throws {SluiceError} `not_found`: it never was, or was deleted */
export async function readShare(database: Database, id: string): Promise<SharedConversation> {
  const share = await database.shares.find(id);
  if (share === undefined) throw new SluiceError('not_found', { detail: 'no such shared conversation' });
  const messages = JSON.parse(share.content) as SharedMessage[];
  const images = await database.images.find([...new Set(messages.flatMap(imageHashesOf))]);
  return {
    title: share.title,
    createdAt: toTime(share.createdAt),
    messages: messages.map(({ id: messageId, role, content, reasoning, continuesId, model, reason }) => ({
      id: messageId,
      role,
      content:
        typeof content === 'string'
          ? content
          : content.flatMap((part): Extract<SharedContent, readonly unknown[]> => {
              if (part.type === 'text') return [part];
              const image = images.get(part.sha256);
              return image === undefined
                ? []
                : [{ type: 'image' as const, mediaType: image.mediaType, data: image.data }];
            }),
      ...(reasoning !== null && { reasoning }),
      ...(continuesId !== null && { continuesId }),
      ...(model !== null && { model }),
      ...(role === 'assistant' && { reason }),
    })),
  };
}
