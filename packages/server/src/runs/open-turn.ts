import { type Message, SluiceError } from '@sluice/shared';
import { isBeingWritten } from '../conversations/is-being-written.ts';
import { makeTitle } from '../conversations/make-title.ts';
import { requireForUpdate } from '../conversations/require-conversation.ts';
import { type StoredContent, toContext, toStoredContent } from '../conversations/stored-content.ts';
import type { StoredConversation } from '../storage/conversation-store.ts';
import type { Stores } from '../storage/database.ts';
import { textOf } from '../storage/message-content.ts';
import type { MessageRecord } from '../storage/message-store.ts';
import { collectWords } from '../storage/search-words.ts';
import type { Turn } from './read-turn.ts';
import type { Run, RunPlace } from './run.ts';

/** What a turn stores before its upstream call, and what the model is to be told. */
export interface OpenedTurn {
  place: RunPlace;
  context: Message[];
}

function refuse(field: string, why: string): never {
  throw new SluiceError('invalid_request', { detail: `${field}: ${why}` });
}

/**
 * Does the slow part of a turn before a transaction holds up everybody's: reading what was said before, hashing images, cutting the
 * prompt into words.
 */
export async function prepareTurn(database: Stores, turn: Turn) {
  const stored = turn.kind === 'send' ? toStoredContent(turn.message.content) : null;
  const prompt = stored === null ? '' : textOf(stored.content);
  const title = makeTitle(prompt);
  return {
    turn,
    said: await readSaid(database, turn.conversationId, await findParentId(database, turn)),
    stored,
    title,
    titleWords: await collectWords(title ?? ''),
    words: await collectWords(prompt),
  };
}

export type PreparedTurn = Awaited<ReturnType<typeof prepareTurn>>;

/**
 * Stores the prompt and the place of its answer, within the transaction of `stores`.
 * @throws {SluiceError} `not_found` for a conversation that is not the owner's, `invalid_request` for a parent that does not fit
 */
export async function openTurn(stores: Stores, run: Run, prepared: PreparedTurn): Promise<OpenedTurn> {
  const { turn } = prepared;
  const { conversationId } = turn;
  const conversation = await requireForUpdate(stores, run.owner.userId, conversationId);
  const parent = await findParent(stores, turn);
  const context = await contextOf(stores, prepared, parent);
  const { stored } = prepared;
  const answered = stored === null ? parent : await storePrompt(stores, run, { ...prepared, stored, parent });
  if (answered === null) throw new Error('a turn without a prompt');
  const answer: MessageRecord = {
    ...noAnswer,
    id: crypto.randomUUID(),
    conversationId,
    parentId: answered.id,
    role: 'assistant',
    continuesId: turn.kind === 'continue' ? answered.id : null,
    runId: run.id,
    model: run.model,
    provider: run.provider,
    createdAt: run.createdAt,
  };
  await stores.messages.insert([answer]);
  await touch(stores, conversation, { prepared, now: run.createdAt });
  if (turn.kind === 'send') context.push(turn.message);
  return {
    place: {
      conversationId,
      messageId: answer.id,
      ...(turn.kind === 'send' && { userMessageId: answered.id }),
    },
    context,
  };
}

const noAnswer = {
  content: '',
  reasoning: null,
  continuesId: null,
  runId: null,
  model: null,
  provider: null,
  endReason: null,
  errorCode: null,
} satisfies Partial<MessageRecord>;

/** What was said up to a message, as a model is told it. */
interface Said {
  parentId: string | null;
  context: Message[];
  /** More of it may have come since. */
  isBeingWritten: boolean;
}

async function readSaid(
  { messages, images }: Stores,
  conversationId: string,
  parentId: string | null,
): Promise<Said> {
  const path = parentId === null ? [] : await messages.findPath(parentId, conversationId);
  return { parentId, context: await toContext(path, images), isBeingWritten: path.some(isBeingWritten) };
}

/** What was said before is never changed: only another parent than was thought, or one that has just ended, is read anew. */
async function contextOf(
  stores: Stores,
  { turn, said }: PreparedTurn,
  parent: MessageRecord | null,
): Promise<Message[]> {
  const parentId = parent?.id ?? null;
  const isKnown = said.parentId === parentId && !said.isBeingWritten;
  const { context } = isKnown ? said : await readSaid(stores, turn.conversationId, parentId);
  // The transaction may be tried again.
  return [...context];
}

async function findParentId(stores: Stores, turn: Turn): Promise<string | null> {
  return turn.parentId === undefined ? findEnd(stores, turn.conversationId) : turn.parentId;
}

/** The message that the turn goes on from, which must be there and must fit; null for a first message. */
async function findParent(stores: Stores, turn: Turn): Promise<MessageRecord | null> {
  const parentId = await findParentId(stores, turn);
  if (parentId === null) return null;
  const parent = await stores.messages.find(parentId, turn.conversationId);
  if (parent === undefined) refuse('parentId', 'the conversation has no such message');
  const isAnswer = parent.role === 'assistant';
  if (isAnswer && isBeingWritten(parent)) refuse('parentId', 'that answer is still being written');
  if (turn.kind === 'regenerate' && parent.role !== 'user') refuse('parentId', 'must be a user message');
  if (turn.kind === 'continue' && (!isAnswer || parent.endReason === 'complete')) {
    refuse('parentId', 'must be an answer that was cut short');
  }
  return parent;
}

/** The newest message that nobody is answering or writing just now: so that parallel posts become siblings. */
async function findEnd({ messages }: Stores, conversationId: string): Promise<string | null> {
  let end = await messages.findNewest(conversationId);
  while (end !== undefined && end.role === 'assistant' && isBeingWritten(end)) {
    const asked = end.parentId === null ? undefined : await messages.find(end.parentId, conversationId);
    if (asked?.role === 'assistant') return asked.id;
    if (asked === undefined || asked.parentId === null) return null;
    end = await messages.find(asked.parentId, conversationId);
  }
  return end?.id ?? null;
}

async function storePrompt(
  stores: Stores,
  run: Run,
  { turn, stored, words, parent }: PreparedTurn & { stored: StoredContent; parent: MessageRecord | null },
): Promise<MessageRecord> {
  const { content, images } = stored;
  const prompt: MessageRecord = {
    ...noAnswer,
    id: crypto.randomUUID(),
    conversationId: turn.conversationId,
    parentId: parent?.id ?? null,
    role: 'user',
    content,
    createdAt: run.createdAt,
  };
  await stores.images.insert(images, run.createdAt);
  await stores.messages.insert([prompt]);
  const { userId } = run.owner;
  await stores.search.insert({ userId, conversationId: turn.conversationId, messageId: prompt.id, words });
  return prompt;
}

async function touch(
  stores: Stores,
  { id, userId, title: given }: StoredConversation,
  { prepared, now }: { prepared: PreparedTurn; now: number },
): Promise<void> {
  const { title, titleWords } = prepared;
  const isUntitled = given === null && title !== null;
  await stores.conversations.update(id, { updatedAt: now, ...(isUntitled && { title }) });
  if (!isUntitled) return;
  await stores.search.insert({ userId, conversationId: id, messageId: null, words: titleWords });
}
