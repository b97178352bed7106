import { setImmediate as nextTurn } from 'node:timers/promises';
import { type SharedConversation, SluiceError } from '@sluice/shared';
import type { Database } from '../storage/database.ts';
import type { ImageStore } from '../storage/image-store.ts';
import { imageHashesOf } from '../storage/message-content.ts';
import type { SharedMessage } from './share-conversation.ts';
import { toTime } from './to-wire.ts';

type Shown = SharedConversation['messages'][number];

/**
 * A snapshot as a `SharedConversation` in JSON, a message or some at a time.
 * @throws {SluiceError} `not_found`: it never was, or was deleted
 */
export async function readShare(database: Database, id: string): Promise<AsyncIterable<string>> {
  const share = await database.shares.find(id);
  if (share === undefined) throw new SluiceError('not_found', { detail: 'no such shared conversation' });
  const head = {
    title: share.title,
    createdAt: toTime(share.createdAt),
  } satisfies Partial<SharedConversation>;
  return writeShare(JSON.stringify(head), readPages(share.content), database.images);
}

async function* writeShare(
  head: string,
  pages: Iterable<SharedMessage[]>,
  images: ImageStore,
): AsyncGenerator<string> {
  yield `${head.slice(0, -1)},"messages":[`;
  let comma = '';
  for (const page of pages) {
    let text = '';
    for (const message of page) {
      const hashes = imageHashesOf(message.content);
      // Each may have megabytes.
      if (hashes.length > 0 && text !== '') {
        yield text;
        text = '';
      }
      text += comma + JSON.stringify(await toShown(message, hashes, images));
      comma = ',';
    }
    yield text;
    await nextTurn();
  }
  yield ']}';
}

/** A page to a line. */
function* readPages(content: string): Generator<SharedMessage[]> {
  for (let start = 0; start < content.length;) {
    const found = content.indexOf('\n', start);
    const end = found === -1 ? content.length : found;
    yield JSON.parse(content.slice(start, end)) as SharedMessage[];
    start = end + 1;
  }
}

async function toShown(
  { content, reasoning, continuesId, model, reason, id, role }: SharedMessage,
  hashes: readonly string[],
  images: ImageStore,
): Promise<Shown> {
  return {
    id,
    role,
    content: typeof content === 'string' ? content : await withImages(content, hashes, images),
    ...(reasoning !== null && { reasoning }),
    ...(continuesId !== null && { continuesId }),
    ...(model !== null && { model }),
    ...(role === 'assistant' && { reason }),
  };
}

type Parts = Extract<Shown['content'], readonly unknown[]>;

async function withImages(
  content: Extract<SharedMessage['content'], readonly unknown[]>,
  hashes: readonly string[],
  images: ImageStore,
): Promise<Parts> {
  const found = await images.find([...new Set(hashes)]);
  return content.flatMap((part): Parts => {
    if (part.type === 'text') return [part];
    const image = found.get(part.sha256);
    return image === undefined
      ? []
      : [{ type: 'image' as const, mediaType: image.mediaType, data: image.data }];
  });
}
