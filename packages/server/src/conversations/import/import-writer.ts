// In: what a file has, step by step. Out: conversations, each found by its owner once all of it is there.
// Never: a long transaction, which would hold up everybody's writes; nor anything left of a conversation that did not come to its end.
import type { ImportResult } from '@sluice/shared';
import type { StoredConversation } from '../../storage/conversation-store.ts';
import type { Database, Stores } from '../../storage/database.ts';
import type { StoredImage } from '../../storage/image-store.ts';
import { discardConversation } from '../discard-conversation.ts';
import type { ImportStep, MessagesStep } from './import-steps.ts';

/** Of one transaction: some tens of milliseconds. A longer message has one of its own. */
const MAX_MESSAGES = 100;
const MAX_LENGTH = 65_536;

/** What is written in the next transaction. */
interface Part {
  steps: MessagesStep[];
  images: StoredImage[];
  messages: number;
  length: number;
}

const emptyPart = (): Part => ({ steps: [], images: [], messages: 0, length: 0 });

interface Beginning {
  conversation: StoredConversation;
  titleWords: readonly string[];
}

/** Disposing deletes what there is of a conversation that is not complete. */
export class ImportWriter {
  readonly #database: Database;
  #beginning: Beginning | undefined;
  #isStored = false;
  #messages = 0;
  #part = emptyPart();
  /** Of the message that comes next: nothing would find them if they were stored without it. */
  #images: StoredImage[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  begin({ conversation, titleWords }: Extract<ImportStep, { type: 'conversation' }>): void {
    this.#beginning = { conversation, titleWords };
    this.#isStored = false;
    this.#messages = 0;
  }

  addImage(image: StoredImage): void {
    this.#images.push(image);
  }

  async add(step: MessagesStep): Promise<void> {
    const images = this.#images.splice(0);
    const length = images.reduce((sum, { data }) => sum + data.length, step.length);
    const { messages, length: before } = this.#part;
    const isFull = messages + step.messages.length > MAX_MESSAGES || before + length > MAX_LENGTH;
    if (messages > 0 && isFull) await this.#write({ isLast: false });
    this.#part.steps.push(step);
    this.#part.images.push(...images);
    this.#part.messages += step.messages.length;
    this.#part.length += length;
  }

  /** Ends the conversation, which is found from now on. */
  async complete(): Promise<ImportResult['conversations'][number]> {
    const { id, title } = await this.#write({ isLast: true });
    this.#beginning = undefined;
    return { id, title, messages: this.#messages };
  }

  /** @param isLast of its conversation: what fits into one part is written in one transaction, and never hidden */
  async #write({ isLast }: { isLast: boolean }): Promise<StoredConversation> {
    if (this.#beginning === undefined) throw new Error('a step outside of any conversation');
    const { conversation, titleWords } = this.#beginning;
    const part = this.#part;
    const isFirst = !this.#isStored;
    await this.#database.transaction(async (stores) => {
      if (isFirst) await insertConversation(stores, { conversation, titleWords, isHidden: !isLast });
      await insertPart(stores, { conversation, part });
      if (isLast && !isFirst) await stores.conversations.show(conversation.id);
    });
    this.#isStored = true;
    this.#messages += part.messages;
    this.#part = emptyPart();
    return conversation;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#beginning === undefined || !this.#isStored) return;
    // What cannot be deleted now stays hidden, and is deleted at the next start.
    await discardConversation(this.#database, this.#beginning.conversation.id).catch(() => undefined);
  }
}

async function insertConversation(
  { conversations, search }: Stores,
  { conversation, titleWords, isHidden }: Beginning & { isHidden: boolean },
): Promise<void> {
  const { id, userId, title } = conversation;
  await conversations.insert(conversation, isHidden);
  if (title === null) return;
  await search.insert({ userId, conversationId: id, messageId: null, words: titleWords });
}

async function insertPart(
  stores: Stores,
  { conversation, part }: { conversation: StoredConversation; part: Part },
): Promise<void> {
  const { id: conversationId, userId, createdAt } = conversation;
  await stores.images.insert(part.images, createdAt);
  for (const { messages } of part.steps) {
    await stores.messages.insert(messages.map(({ message }) => message));
    await stores.search.insertMany(
      messages.map(({ message, words }) => ({ userId, conversationId, messageId: message.id, words })),
    );
  }
}
