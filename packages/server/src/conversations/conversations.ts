// In: what an owner asks of their conversations, and a stranger of a shared one. Out: conversations, messages, files, as they cross the wire.
// Never: another user's conversation, or a run: answers are written by runs.
import {
  type Conversation,
  type ConversationChanges,
  type ConversationList,
  type ImportResult,
  type MessageList,
  type NewConversation,
  SluiceError,
} from '@sluice/shared';
import { type Audit, noAudit } from '../observability/audit.ts';
import type { StoredConversation } from '../storage/conversation-store.ts';
import { decodeCursor, encodeCursor } from '../storage/cursor.ts';
import type { Database, Stores } from '../storage/database.ts';
import type { StoredImage } from '../storage/image-store.ts';
import { collectWords } from '../storage/search-words.ts';
import { discardConversation } from './discard-conversation.ts';
import { type ExportedFile, exportConversation } from './export-conversation.ts';
import { importConversations } from './import/import-conversations.ts';
import { ImportLimiter } from './import/import-limiter.ts';
import { readInWorker } from './import/read-in-worker.ts';
import { readShare } from './read-share.ts';
import { requireConversation, requireForUpdate } from './require-conversation.ts';
import { searchConversations } from './search-conversations.ts';
import { shareConversation } from './share-conversation.ts';
import { toConversation, toListed, toStoredMessage, toTime } from './to-wire.ts';

export interface ListOptions {
  /** Words to look for. */
  query?: string | undefined;
  cursor?: string | undefined;
  limit: number;
  /** The list has those that are not, a search both, unless this is given. */
  isArchived?: boolean | undefined;
}

/** Read at once; each has a thread, and memory for what its whole file becomes. */
const MAX_IMPORTS = 2;

/** Another user's conversation is `not_found`, as is one that never was. */
export class Conversations {
  readonly #database: Database;
  readonly #audit: Audit;
  readonly #imports = new ImportLimiter(MAX_IMPORTS);

  constructor(database: Database, audit: Audit = noAudit) {
    this.#database = database;
    this.#audit = audit;
  }

  /** @throws {SluiceError} `invalid_cursor` */
  async list(userId: string, options: ListOptions): Promise<ConversationList> {
    const { query, cursor, limit, isArchived } = options;
    if (query !== undefined) {
      return searchConversations(this.#database, { userId, query, isArchived, cursor, limit });
    }
    const after = cursor === undefined ? undefined : toPosition(cursor);
    const page = { userId, isArchived: isArchived ?? false, limit: limit + 1, ...(after && { after }) };
    const found = await this.#database.conversations.list(page);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    const nextCursor = hasMore ? encodeCursor([last.isPinned ? 1 : 0, last.updatedAt, last.id]) : null;
    return { conversations: shown.map(toListed), nextCursor };
  }

  async create(userId: string, { settings = {}, ...given }: NewConversation): Promise<Conversation> {
    const title = given.title ?? null;
    const now = Date.now();
    const conversation: StoredConversation = {
      id: crypto.randomUUID(),
      userId,
      title,
      isPinned: false,
      isArchived: false,
      createdAt: now,
      updatedAt: now,
      settings,
    };
    const words = await collectWords(title ?? '');
    await this.#database.transaction(async (stores) => {
      await stores.conversations.insert(conversation);
      if (title !== null) await indexTitle(stores, conversation, words);
    });
    return toConversation(conversation);
  }

  /** @throws {SluiceError} `not_found` */
  async find(userId: string, id: string): Promise<Conversation> {
    return toConversation(await this.#require(userId, id));
  }

  /** @throws {SluiceError} `not_found` */
  async change(userId: string, id: string, changes: ConversationChanges): Promise<Conversation> {
    const { title, pinned, archived, settings } = changes;
    const words = await collectWords(title ?? '');
    return this.#database.transaction(async (stores) => {
      const conversation = await requireForUpdate(stores, userId, id);
      const asked = {
        ...(title !== undefined && { title }),
        ...(pinned !== undefined && { isPinned: pinned }),
        ...(archived !== undefined && { isArchived: archived }),
        ...(settings !== undefined && { settings }),
      };
      if (Object.keys(asked).length > 0) await stores.conversations.update(id, asked);
      if (title !== undefined) await indexTitle(stores, conversation, words);
      return toConversation({ ...conversation, ...asked });
    });
  }

  /**
   * The first half of a deletion: nobody finds the conversation any more, or adds to it.
   * @throws {SluiceError} `not_found`
   */
  async hide(userId: string, id: string): Promise<void> {
    await this.#database.transaction(async (stores) => {
      await requireForUpdate(stores, userId, id);
      await stores.conversations.hide(id);
    });
  }

  /** The second half: deletes a hidden conversation with its messages, images and shares; takes a while when it is long. */
  async discard(id: string): Promise<void> {
    await discardConversation(this.#database, id);
  }

  /** @throws {SluiceError} `not_found`, `invalid_cursor` */
  async listMessages(
    userId: string,
    id: string,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<MessageList> {
    await this.#require(userId, id);
    const after = cursor === undefined ? 0 : decodeCursor(cursor, ['number'])[0];
    const found = await this.#database.messages.list({ conversationId: id, after, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const runs = await this.#database.runs.findMany(shown.flatMap(({ runId }) => runId ?? []));
    const last = shown.at(-1);
    return {
      messages: shown.map((message) => toStoredMessage(message, runs.get(message.runId ?? ''))),
      nextCursor: found.length > limit && last !== undefined ? encodeCursor([last.number]) : null,
    };
  }

  /** @throws {SluiceError} `not_found` */
  async findImage(userId: string, id: string, hash: string): Promise<StoredImage> {
    await this.#require(userId, id);
    const image = await this.#database.images.findInConversation(hash, id);
    if (image === undefined) throw new SluiceError('not_found', { detail: 'no such image' });
    return image;
  }

  /** @throws {SluiceError} `not_found` */
  async export(userId: string, id: string, format: 'json' | 'markdown'): Promise<ExportedFile> {
    return exportConversation(this.#database, await this.#require(userId, id), format);
  }

  /**
   * Adds the conversations of a file: our own export, or ChatGPT's or Claude's.
   * @param pieces of the file, which is JSON
   * @param signal ends it; the conversations that have been stored by then stay
   * @throws {SluiceError} `invalid_request` for another kind of file, `payload_too_large` for one that takes too much to read,
   * `rate_limited` for a third at once, `unavailable` while too many others wait
   */
  async import(
    userId: string,
    pieces: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<ImportResult> {
    using _place = this.#imports.admit(userId);
    const file: Uint8Array[] = [];
    for await (const piece of pieces) file.push(piece);
    // A file that arrives slowly keeps nobody waiting.
    using _start = await this.#imports.start(userId, signal);
    return await importConversations(this.#database, readInWorker(file, { userId, signal }));
  }

  /** @throws {SluiceError} `not_found`, `invalid_request` for a message that is not in it */
  async share(userId: string, id: string, messageId?: string): Promise<{ id: string; createdAt: string }> {
    const share = await shareConversation(this.#database, await this.#require(userId, id), messageId);
    this.#audit.note('share.created', { target: id, share: beginningOf(share.id) });
    return { id: share.id, createdAt: toTime(share.createdAt) };
  }

  /** @throws {SluiceError} `not_found` */
  async listShares(userId: string, id: string): Promise<{ id: string; createdAt: string }[]> {
    await this.#require(userId, id);
    const shares = await this.#database.shares.list(id);
    return shares.map((share) => ({ id: share.id, createdAt: toTime(share.createdAt) }));
  }

  /**
   * Needs no user: the id is the key.
   * @returns a `SharedConversation` in JSON, a little at a time
   * @throws {SluiceError} `not_found`
   */
  readShare(id: string): Promise<AsyncIterable<string>> {
    return readShare(this.#database, id);
  }

  /** @throws {SluiceError} `not_found` */
  async deleteShare(userId: string, id: string): Promise<void> {
    if (!(await this.#database.shares.delete(id, userId))) throw new SluiceError('not_found');
    this.#audit.note('share.deleted', { share: beginningOf(id) });
  }

  #require(userId: string, id: string): Promise<StoredConversation> {
    return requireConversation(this.#database, userId, id);
  }
}

/** Enough to find it by: the whole is the key that opens it. */
const beginningOf = (shareId: string) => shareId.slice(0, 6);

/** @param words of the title that is to be found from now on */
async function indexTitle(
  { search }: Stores,
  { id, userId }: StoredConversation,
  words: readonly string[],
): Promise<void> {
  await search.deleteTitle(id);
  await search.insert({ userId, conversationId: id, messageId: null, words });
}

function toPosition(cursor: string) {
  const [isPinned, updatedAt, id] = decodeCursor(cursor, ['number', 'number', 'id']);
  return { isPinned: isPinned === 1, updatedAt, id };
}
