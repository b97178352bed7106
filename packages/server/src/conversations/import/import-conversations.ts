import { type ImportResult, SluiceError } from '@sluice/shared';
import type { Database } from '../../storage/database.ts';
import type { StoredConversation } from '../../storage/conversation-store.ts';
import type { StoredImage } from '../../storage/image-store.ts';
import type { ImportStep, IndexedMessage } from './import-steps.ts';

interface Gathered {
  images: StoredImage[];
  messages: IndexedMessage[];
}

/**
 * Stores what a file has, a conversation at a time: each wholly or not at all.
 * @throws {SluiceError} `invalid_request` for a file of an unknown kind; nothing has been stored then
 */
export async function importConversations(
  database: Database,
  steps: AsyncIterable<ImportStep>,
): Promise<ImportResult> {
  const result: ImportResult = { format: 'sluice', conversations: [], skipped: [] };
  let gathered: Gathered = { images: [], messages: [] };
  for await (const step of steps) {
    switch (step.type) {
      case 'refused':
        throw new SluiceError('invalid_request', { detail: step.detail });
      case 'format':
        result.format = step.format;
        break;
      case 'images':
        gathered.images.push(...step.images);
        break;
      case 'messages':
        gathered.messages.push(...step.messages);
        break;
      case 'skipped':
        result.skipped.push({ index: step.index, reason: step.reason });
        break;
      case 'conversation': {
        const { id, title } = step.conversation;
        await store(database, step, gathered);
        result.conversations.push({ id, title, messages: gathered.messages.length });
        gathered = { images: [], messages: [] };
        break;
      }
      default:
        step satisfies never;
    }
  }
  return result;
}

/** Rows of one statement: large ones would hold the main thread up while they are handed over. */
const ROWS_AT_ONCE = 5;

async function store(
  database: Database,
  { conversation, titleWords }: { conversation: StoredConversation; titleWords: readonly string[] },
  { images, messages }: Gathered,
): Promise<void> {
  const { id: conversationId, userId } = conversation;
  await database.transaction(async (stores) => {
    await stores.conversations.insert(conversation);
    await stores.images.insert(images, conversation.createdAt);
    if (conversation.title !== null) {
      await stores.search.insert({ userId, conversationId, messageId: null, words: titleWords });
    }
    for (let start = 0; start < messages.length; start += ROWS_AT_ONCE) {
      const some = messages.slice(start, start + ROWS_AT_ONCE);
      await stores.messages.insert(some.map(({ message }) => message));
      for (const { message, words } of some) {
        await stores.search.insert({ userId, conversationId, messageId: message.id, words });
      }
    }
  });
}
