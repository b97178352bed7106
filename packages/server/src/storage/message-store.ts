// In: messages, each under its parent; what an answer came to. Out: paths and pages of a conversation's tree.
// Never: a message changed once it has ended, nor an image inside one: only its hash.
import type { RunEndReason, StoredPart } from '@sluice/shared';
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import { deleteWithImages } from './delete-with-images.ts';
import type { DatabaseKind } from './migrations.ts';
import { readPath } from './message-path.ts';
import { imageHashesOf } from './message-content.ts';
import { nextNumber } from './next-number.ts';
import type { Schema } from './schema.ts';

export interface MessageRecord {
  id: string;
  conversationId: string;
  /** Null for a first message. */
  parentId: string | null;
  role: 'system' | 'user' | 'assistant';
  /** A string unless there are images. */
  content: string | StoredPart[];
  reasoning: string | null;
  continuesId: string | null;
  /** Of an answer. */
  runId: string | null;
  model: string | null;
  provider: string | null;
  /** How an answer ended; null while it is written, and for other messages. */
  endReason: RunEndReason | null;
  errorCode: string | null;
  /** Epoch ms. */
  createdAt: number;
}

/** Its place in the order in which a conversation's messages were stored. */
export type NumberedMessage = MessageRecord & { number: number };

export type AnswerEnd = Pick<
  MessageRecord,
  'content' | 'reasoning' | 'endReason' | 'errorCode' | 'model' | 'provider'
>;

export interface MessageStore {
  /** In the order given, which must have parents before children; images must be stored already. */
  insert(messages: readonly MessageRecord[]): Promise<void>;
  find(id: string, conversationId: string): Promise<NumberedMessage | undefined>;
  findMany(ids: readonly string[]): Promise<MessageRecord[]>;
  /** The last one stored. */
  findNewest(conversationId: string): Promise<NumberedMessage | undefined>;
  /** From the first message to this one; empty when the conversation has no such message. */
  findPath(id: string, conversationId: string): Promise<NumberedMessage[]>;
  /** The same a page at a time, so that a long one holds nobody up. @throws {SluiceError} `not_found` when it is deleted meanwhile */
  pagePath(id: string, conversationId: string): AsyncIterable<NumberedMessage[]>;
  /** In the order in which they were stored, from beyond `after`. */
  list(page: { conversationId: string; after: number; limit: number }): Promise<NumberedMessage[]>;
  /** Writes an answer down as it ended. @returns false when its conversation is gone */
  endAnswer(id: string, end: AnswerEnd): Promise<boolean>;
  /** Deletes up to `limit` messages of a conversation, with the images that no other message has. @returns how many */
  deleteSome(conversationId: string, limit: number): Promise<number>;
}

/** Rows per statement: SQLite takes 32,766 parameters. */
const INSERT_ROWS = 200;

export function createMessageStore(connections: {
  db: Kysely<Schema>;
  reader: Kysely<Schema>;
  kind: DatabaseKind;
}): MessageStore {
  const { db, reader } = connections;
  return {
    insert: (messages) => insertMessages(db, messages),
    async find(id, conversationId) {
      const query = db.selectFrom('messages').selectAll().where('id', '=', id);
      const row = await query.where('conversation_id', '=', conversationId).executeTakeFirst();
      return row && toMessage(row);
    },
    async findMany(ids) {
      if (ids.length === 0) return [];
      const rows = await reader.selectFrom('messages').selectAll().where('id', 'in', ids).execute();
      return rows.map(toMessage);
    },
    async findNewest(conversationId) {
      const query = db.selectFrom('messages').selectAll().where('conversation_id', '=', conversationId);
      const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst();
      return row && toMessage(row);
    },
    findPath: (id, conversationId) => findPath(reader, id, conversationId),
    pagePath: (id, conversationId) => pagePath(reader, id, conversationId),
    async list({ conversationId, after, limit }) {
      const query = reader
        .selectFrom('messages')
        .selectAll()
        .where('conversation_id', '=', conversationId)
        .where('number', '>', after);
      return (await query.orderBy('number').limit(limit).execute()).map(toMessage);
    },
    endAnswer: (id, end) => endAnswer(db, id, end),
    async deleteSome(conversationId, limit) {
      const query = db.selectFrom('messages').select('id').where('conversation_id', '=', conversationId);
      const ids = (await query.orderBy('number').limit(limit).execute()).map(({ id }) => id);
      if (ids.length === 0) return 0;
      await deleteWithImages(connections, sql<string>`(${sql.join(ids)})`, async () => {
        await db.deleteFrom('messages').where('id', 'in', ids).execute();
      });
      return ids.length;
    },
  };
}

async function insertMessages(db: Kysely<Schema>, messages: readonly MessageRecord[]): Promise<void> {
  const numbers = new Map<string, number>();
  const rows: Insertable<Schema['messages']>[] = [];
  for (const message of messages) {
    const { conversationId } = message;
    const last = numbers.get(conversationId) ?? (await lastNumber(db, conversationId));
    const number = nextNumber(last);
    numbers.set(conversationId, number);
    rows.push(toRow(message, number));
  }
  for (let start = 0; start < rows.length; start += INSERT_ROWS) {
    const some = rows.slice(start, start + INSERT_ROWS);
    await db.insertInto('messages').values(some).execute();
  }
  const images = messages.flatMap(({ id, content }) =>
    [...new Set(imageHashesOf(content))].map((hash) => ({ message_id: id, hash })),
  );
  for (let start = 0; start < images.length; start += INSERT_ROWS) {
    const some = images.slice(start, start + INSERT_ROWS);
    await db.insertInto('message_images').values(some).execute();
  }
}

async function findPath(db: Kysely<Schema>, id: string, conversationId: string): Promise<NumberedMessage[]> {
  const path: NumberedMessage[] = [];
  for await (const page of pagePath(db, id, conversationId)) for (const message of page) path.push(message);
  return path;
}

async function* pagePath(
  db: Kysely<Schema>,
  id: string,
  conversationId: string,
): AsyncGenerator<NumberedMessage[]> {
  for await (const rows of readPath(db, id, conversationId)) yield rows.map(toMessage);
}

async function endAnswer(db: Kysely<Schema>, id: string, end: AnswerEnd): Promise<boolean> {
  const { content, reasoning, endReason, errorCode, model, provider } = end;
  const { numUpdatedRows } = await db
    .updateTable('messages')
    .set({
      content: JSON.stringify(content),
      reasoning: toJson(reasoning),
      end_reason: endReason,
      error_code: errorCode,
      model,
      provider,
    })
    .where('id', '=', id)
    .where('end_reason', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

const toJson = (text: string | null) => (text === null ? null : JSON.stringify(text));

async function lastNumber(db: Kysely<Schema>, conversationId: string): Promise<number> {
  const query = db.selectFrom('messages').select(({ fn }) => fn.max('number').as('number'));
  const row = await query.where('conversation_id', '=', conversationId).executeTakeFirst();
  return row?.number ?? 0;
}

function toRow(message: MessageRecord, number: number): Insertable<Schema['messages']> {
  return {
    id: message.id,
    conversation_id: message.conversationId,
    parent_id: message.parentId,
    number,
    role: message.role,
    content: JSON.stringify(message.content),
    reasoning: toJson(message.reasoning),
    continues_id: message.continuesId,
    run_id: message.runId,
    model: message.model,
    provider: message.provider,
    end_reason: message.endReason,
    error_code: message.errorCode,
    created_at: message.createdAt,
  };
}

function toMessage(row: Selectable<Schema['messages']>): NumberedMessage {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    parentId: row.parent_id,
    number: row.number,
    role: row.role,
    content: JSON.parse(row.content) as MessageRecord['content'],
    reasoning: row.reasoning === null ? null : (JSON.parse(row.reasoning) as string),
    continuesId: row.continues_id,
    runId: row.run_id,
    model: row.model,
    provider: row.provider,
    endReason: row.end_reason as RunEndReason | null,
    errorCode: row.error_code,
    createdAt: row.created_at,
  };
}
