import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Message, StoredPart } from '@sluice/shared';
import { type ImageStore, type StoredImage, hashImage } from '../storage/image-store.ts';
import { imageHashesOf, textOf } from '../storage/message-content.ts';
import type { MessageRecord } from '../storage/message-store.ts';

/** Content as a message stores it, and its images apart. */
export interface StoredContent {
  content: MessageRecord['content'];
  images: StoredImage[];
}

export function toStoredContent(content: Message['content']): StoredContent {
  if (typeof content === 'string') return { content, images: [] };
  const images: StoredImage[] = [];
  const parts = content.map((part): StoredPart => {
    if (part.type === 'text') return part;
    const hash = hashImage(part.data);
    images.push({ hash, mediaType: part.mediaType, data: part.data });
    return { type: 'image', mediaType: part.mediaType, sha256: hash };
  });
  return { content: parts, images };
}

/** Looked at before others have their turn: a millisecond or so. */
const MESSAGES_AT_ONCE = 1000;
/** Each may have megabytes. */
const IMAGES_AT_ONCE = 5;

/**
 * What a path of a conversation says to a model: an answer and what goes on with it are one, and an answer that never came is left
 * out. An image whose bytes are gone is too.
 */
export async function toContext(path: readonly MessageRecord[], images: ImageStore): Promise<Message[]> {
  const found = await findImages([...new Set(path.flatMap(({ content }) => imageHashesOf(content)))], images);
  const context: Message[] = [];
  for (const [index, { role, content, continuesId }] of path.entries()) {
    if (index % MESSAGES_AT_ONCE === MESSAGES_AT_ONCE - 1) await nextTurn();
    const said = toSaid(content, found);
    const last = context.at(-1);
    if (said.length === 0) continue;
    if (continuesId !== null && last?.role === 'assistant') {
      last.content = textOf(last.content) + textOf(said);
    } else {
      context.push({ role, content: said });
    }
  }
  return context;
}

async function findImages(hashes: readonly string[], images: ImageStore): Promise<Map<string, StoredImage>> {
  const found = new Map<string, StoredImage>();
  for (let start = 0; start < hashes.length; start += IMAGES_AT_ONCE) {
    const some = await images.find(hashes.slice(start, start + IMAGES_AT_ONCE));
    for (const [hash, image] of some) found.set(hash, image);
  }
  return found;
}

function toSaid(content: MessageRecord['content'], images: Map<string, StoredImage>): Message['content'] {
  if (typeof content === 'string') return content;
  return content.flatMap((part): Extract<Message['content'], readonly unknown[]> => {
    if (part.type === 'text') return [part];
    const image = images.get(part.sha256);
    const mediaType = part.mediaType as 'image/png';
    return image === undefined ? [] : [{ type: 'image' as const, mediaType, data: image.data }];
  });
}
