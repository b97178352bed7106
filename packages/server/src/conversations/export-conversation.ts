import { SluiceError } from '@sluice/shared';
import type { StoredConversation } from '../storage/conversation-store.ts';
import type { Database } from '../storage/database.ts';
import { imageHashesOf } from '../storage/message-content.ts';
import type { NumberedMessage } from '../storage/message-store.ts';
import { cutText } from './cut-text.ts';
import { toMarkdown } from './to-markdown.ts';
import { toConversation, toStoredMessage } from './to-wire.ts';

export interface ExportedFile {
  mediaType: string;
  /** Letters, digits and hyphens, with an ending. */
  name: string;
  /** The text, a page of messages at a time. */
  pieces: AsyncIterable<string>;
}

/** What our own JSON files say they are, so that an import knows them. */
export const EXPORT_FORMAT = 'sluice-conversation';

const PAGE = 100;

/** JSON has the whole tree; Markdown, which is for people, the path that ends with the newest message. */
export function exportConversation(
  database: Database,
  conversation: StoredConversation,
  format: 'json' | 'markdown',
): ExportedFile {
  const name = toFileName(conversation.title);
  return format === 'json'
    ? { mediaType: 'application/json', name: `${name}.json`, pieces: writeJson(database, conversation) }
    : { mediaType: 'text/markdown', name: `${name}.md`, pieces: writeMarkdown(database, conversation) };
}

async function* writeMarkdown(database: Database, conversation: StoredConversation): AsyncGenerator<string> {
  const newest = await database.messages.findNewest(conversation.id);
  yield* toMarkdown(conversation, pathTo(database, newest));
  await requireStill(database, conversation);
}

/** What was deleted on the way would look whole. */
async function requireStill({ conversations }: Database, { id, userId }: StoredConversation): Promise<void> {
  const found = await conversations.find(id, userId);
  if (found === undefined) throw new SluiceError('not_found', { detail: 'deleted meanwhile' });
}

async function* pathTo(
  { messages }: Database,
  last: NumberedMessage | undefined,
): AsyncGenerator<NumberedMessage[]> {
  if (last !== undefined) yield* messages.pagePath(last.id, last.conversationId);
}

/** One message to a line. */
async function* writeJson(database: Database, conversation: StoredConversation): AsyncGenerator<string> {
  const head = { format: EXPORT_FORMAT, version: 1, conversation: toConversation(conversation) };
  yield `${JSON.stringify(head).slice(0, -1)},"messages":[`;
  const hashes = new Set<string>();
  let comma = '';
  for await (const page of readPages(database, conversation.id)) {
    for (const message of page) {
      for (const hash of imageHashesOf(message.content)) hashes.add(hash);
      yield `${comma}\n${JSON.stringify(toStoredMessage(message))}`;
      comma = ',';
    }
  }
  await requireStill(database, conversation);
  yield '\n],"images":{';
  comma = '';
  for (const hash of hashes) {
    const image = (await database.images.find([hash])).get(hash);
    if (image === undefined) continue;
    yield `${comma}\n${JSON.stringify(hash)}:${JSON.stringify({ mediaType: image.mediaType, data: image.data })}`;
    comma = ',';
  }
  yield '\n}}\n';
}

async function* readPages(database: Database, conversationId: string): AsyncGenerator<NumberedMessage[]> {
  let after = 0;
  for (;;) {
    const page = await database.messages.list({ conversationId, after, limit: PAGE });
    const last = page.at(-1);
    if (last !== undefined) yield page;
    if (last === undefined || page.length < PAGE) return;
    after = last.number;
  }
}

function toFileName(title: string | null): string {
  const words =
    (title ?? '')
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  // By characters: half of one cannot stand in a header.
  const name = cutText(words.join('-'), 60);
  return name === '' ? 'conversation' : name;
}
