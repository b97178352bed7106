import { createHash } from 'node:crypto';
import type { StoredConversation } from '../../storage/conversation-store.ts';
import type { StoredImage } from '../../storage/image-store.ts';
import { textOf } from '../../storage/message-content.ts';
import type { MessageRecord } from '../../storage/message-store.ts';
import { cutText } from '../cut-text.ts';
import { makeTitle } from '../make-title.ts';
import type { ImportedConversation, ImportedMessage } from './imported-conversation.ts';
import { joinAnswers } from './join-answers.ts';
import { orderMessages } from './order-messages.ts';

/** A conversation as it is stored, under ids of its own. */
export interface ImportRecords {
  conversation: StoredConversation;
  /** Parents before children. */
  messages: MessageRecord[];
  images: StoredImage[];
}

const MAX_TITLE = 200;
/** Of one message: as many as a prompt can have parts. */
const MAX_IMAGES = 100;
/** What prompts can hold, and models take. */
const imageTypes = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);

/** @param now epoch ms, for what the file does not date; nothing is dated later, nor before 1970 */
export function toRecords(
  imported: ImportedConversation,
  { userId, now }: { userId: string; now: number },
): ImportRecords {
  const id = crypto.randomUUID();
  const images = readImages(imported.images);
  const ordered = joinAnswers(orderMessages(imported.messages));
  const ids = new Map(ordered.map((message) => [message.id, crypto.randomUUID()]));
  const dated = (time: number | null, otherwise: number) =>
    time === null || !Number.isFinite(time) ? otherwise : Math.round(Math.min(Math.max(time, 0), now));
  const createdAt = dated(imported.createdAt, now);
  const messages = ordered.map((message): MessageRecord => {
    const { parentId, continuesId } = message;
    return {
      ...message,
      id: ids.get(message.id) ?? '',
      conversationId: id,
      parentId: (parentId === null ? null : ids.get(parentId)) ?? null,
      content: withoutMissing(message.content, images),
      continuesId: (continuesId === null ? null : ids.get(continuesId)) ?? null,
      runId: null,
      model: shortText(message.model),
      provider: shortText(message.provider),
      errorCode: shortText(message.errorCode),
      createdAt: dated(message.createdAt, createdAt),
    };
  });
  const conversation: StoredConversation = {
    id,
    userId,
    title: shortText(imported.title) ?? titleOf(ordered),
    isPinned: imported.isPinned,
    isArchived: imported.isArchived,
    createdAt,
    updatedAt: dated(imported.updatedAt, createdAt),
    settings: imported.settings,
  };
  return { conversation, messages, images: [...images.values()] };
}

/** One line of text that every database takes; null for none. */
function shortText(text: string | null): string | null {
  const line = (text ?? '')
    .toWellFormed()
    .replace(/[\s\0]+/gu, ' ')
    .trim();
  return line === '' ? null : cutText(line, MAX_TITLE);
}

function titleOf(messages: readonly ImportedMessage[]): string | null {
  const prompt = messages.find(({ role }) => role === 'user');
  return shortText(makeTitle(textOf(prompt?.content ?? '')));
}

/** The bytes decide what an image is called, whatever the file says. */
function readImages(images: ImportedConversation['images']): Map<string, StoredImage> {
  const read = new Map<string, StoredImage>();
  for (const [name, { mediaType, data }] of images) {
    const bytes = Buffer.from(data, 'base64');
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (hash === name && imageTypes.has(mediaType))
      read.set(hash, { hash, mediaType, data: bytes.toString('base64') });
  }
  return read;
}

function withoutMissing(
  content: MessageRecord['content'],
  images: Map<string, StoredImage>,
): MessageRecord['content'] {
  if (typeof content === 'string') return content;
  let count = 0;
  return content.filter((part) => {
    if (part.type === 'text') return true;
    if (!images.has(part.sha256) || count === MAX_IMAGES) return false;
    count += 1;
    return true;
  });
}
