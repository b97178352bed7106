import type { Database } from '../storage/database.ts';
import type { StoredConversation } from '../storage/conversation-store.ts';
import type { NumberedMessage } from '../storage/message-store.ts';
import { imageHashesOf } from './stored-content.ts';
import { toMarkdown } from './to-markdown.ts';
import { toConversation, toStoredMessage } from './to-wire.ts';

export interface ExportedFile {
  mediaType: string;
  /** Letters, digits and hyphens, with an ending. */
  name: string;
  text: string;
}

/** What our own JSON files say they are, so that an import knows them. */
export const EXPORT_FORMAT = 'sluice-conversation';

const PAGE = 1000;

export async function exportConversation(
  database: Database,
  conversation: StoredConversation,
  format: 'json' | 'markdown',
): Promise<ExportedFile> {
  const name = toFileName(conversation.title);
  if (format === 'markdown') {
    const newest = await database.messages.findNewest(conversation.id);
    const path = newest === undefined ? [] : await database.messages.findPath(newest.id, conversation.id);
    return { mediaType: 'text/markdown', name: `${name}.md`, text: toMarkdown(conversation, path) };
  }
  const messages = await readAll(database, conversation.id);
  const images = await database.images.find([...new Set(messages.flatMap(imageHashesOf))]);
  const file = {
    format: EXPORT_FORMAT,
    version: 1,
    conversation: toConversation(conversation),
    messages: messages.map((message) => toStoredMessage(message)),
    images: Object.fromEntries(
      [...images.values()].map(({ hash, mediaType, data }) => [hash, { mediaType, data }]),
    ),
  };
  return { mediaType: 'application/json', name: `${name}.json`, text: JSON.stringify(file, null, 2) };
}

async function readAll(database: Database, conversationId: string): Promise<NumberedMessage[]> {
  const messages: NumberedMessage[] = [];
  for (;;) {
    const after = messages.at(-1)?.number ?? 0;
    const page = await database.messages.list({ conversationId, after, limit: PAGE });
    messages.push(...page);
    if (page.length < PAGE) return messages;
  }
}

function toFileName(title: string | null): string {
  const words =
    (title ?? '')
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  // By characters: half of one cannot stand in a header.
  const name = [...words.join('-')].slice(0, 60).join('');
  return name === '' ? 'conversation' : name;
}
