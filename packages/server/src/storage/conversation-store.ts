// In: conversations as their owners change them. Out: conversations, a page at a time.
// Never: another user's, for every reading takes the owner; nor what is left of one that was deleted, or is not all there.
import type { ChatSettings } from '@sluice/shared';
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import { deleteWithImages } from './delete-with-images.ts';
import type { DatabaseKind } from './migrations.ts';
import type { Schema } from './schema.ts';

export interface StoredConversation {
  id: string;
  userId: string;
  /** Null until there is a prompt to make it from. */
  title: string | null;
  isPinned: boolean;
  isArchived: boolean;
  /** Epoch ms. */
  createdAt: number;
  /** Epoch ms; when a message was last added. */
  updatedAt: number;
  /** What is set for whoever asks in it. */
  settings: ChatSettings;
}

/** As it stands in a list: what is set may be long. */
export type ListedConversation = Omit<StoredConversation, 'settings'>;

/** The place of one conversation in its list. */
export interface ConversationPosition {
  isPinned: boolean;
  updatedAt: number;
  id: string;
}

export interface ConversationStore {
  /** @param isHidden nobody finds it until it is shown: it is written in several transactions. Not, unless given */
  insert(conversation: StoredConversation, isHidden?: boolean): Promise<void>;
  /** Shows a hidden one, which is all there now. */
  show(id: string): Promise<void>;
  /** Hides one that is to be deleted, and takes its shares back. */
  hide(id: string): Promise<void>;
  /** Ids of those that were hidden before a time (epoch ms), whoever they belong to; of all hidden ones when none is given. */
  listHidden(before?: number): Promise<string[]>;
  find(id: string, userId: string): Promise<StoredConversation | undefined>;
  /** Others who ask for it so wait until this transaction has ended. */
  findForUpdate(id: string, userId: string): Promise<StoredConversation | undefined>;
  findMany(ids: readonly string[], userId: string): Promise<ListedConversation[]>;
  /** Pinned ones first, then the ones that changed last; from beyond `after`, if given. */
  list(page: {
    userId: string;
    isArchived: boolean;
    after?: ConversationPosition;
    limit: number;
  }): Promise<ListedConversation[]>;
  /** Replaces the fields given. @returns whether there is such a conversation */
  update(
    id: string,
    changes: Partial<Omit<StoredConversation, 'id' | 'userId' | 'createdAt'>>,
  ): Promise<boolean>;
  /** Deletes its messages, shares and images that no other message has; its runs stay in the ledger. */
  delete(id: string): Promise<void>;
}

export function createConversationStore(connections: {
  db: Kysely<Schema>;
  reader: Kysely<Schema>;
  kind: DatabaseKind;
}): ConversationStore {
  const { db, reader, kind } = connections;
  return {
    async insert(conversation, isHidden = false) {
      const row = {
        ...toRow(conversation),
        hidden: toFlag(isHidden),
        hidden_at: isHidden ? Date.now() : null,
      };
      await db.insertInto('conversations').values(row).execute();
    },
    ...hideConversations(db),
    async find(id, userId) {
      const row = await selectOne(db, id, userId).executeTakeFirst();
      return row && toConversation(row);
    },
    async findForUpdate(id, userId) {
      const query = selectOne(db, id, userId);
      // In SQLite a transaction that writes is alone.
      const row = await (kind === 'postgres' ? query.forNoKeyUpdate() : query).executeTakeFirst();
      return row && toConversation(row);
    },
    async findMany(ids, userId) {
      if (ids.length === 0) return [];
      const query = reader.selectFrom('conversations').select(listedColumns);
      const own = query.where('id', 'in', ids).where('user_id', '=', userId);
      const rows = await own.where('hidden', '=', 0).execute();
      return rows.map(toListed);
    },
    list: (page) => listConversations(reader, page),
    async update(id, { title, isPinned, isArchived, updatedAt, settings }) {
      const changes = {
        ...(title !== undefined && { title }),
        ...(isPinned !== undefined && { pinned: toFlag(isPinned) }),
        ...(isArchived !== undefined && { archived: toFlag(isArchived) }),
        ...(updatedAt !== undefined && { updated_at: updatedAt }),
        ...(settings !== undefined && { settings: toJson(settings) }),
      };
      const query = db.updateTable('conversations').set(changes).where('id', '=', id);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    delete: (id) => deleteConversation(connections, id),
  };
}

function hideConversations(db: Kysely<Schema>): Pick<ConversationStore, 'show' | 'hide' | 'listHidden'> {
  const change = (id: string) => db.updateTable('conversations').where('id', '=', id);
  return {
    async show(id) {
      await change(id).set({ hidden: 0, hidden_at: null }).execute();
    },
    async hide(id) {
      await change(id).set({ hidden: 1, hidden_at: Date.now() }).execute();
      await db.deleteFrom('shares').where('conversation_id', '=', id).execute();
    },
    async listHidden(before = Number.MAX_SAFE_INTEGER) {
      // As it stands in the index, which has these alone.
      const isHidden = sql<boolean>`hidden = 1`;
      const query = db.selectFrom('conversations').select('id').where(isHidden);
      const old = query.where((eb) => eb.or([eb('hidden_at', 'is', null), eb('hidden_at', '<', before)]));
      return (await old.execute()).map(({ id }) => id);
    },
  };
}

function selectOne(db: Kysely<Schema>, id: string, userId: string) {
  const query = db.selectFrom('conversations').selectAll().where('id', '=', id);
  return query.where('user_id', '=', userId).where('hidden', '=', 0);
}

async function listConversations(
  reader: Kysely<Schema>,
  { userId, isArchived, after, limit }: Parameters<ConversationStore['list']>[0],
): Promise<ListedConversation[]> {
  let query = reader
    .selectFrom('conversations')
    .select(listedColumns)
    .where('user_id', '=', userId)
    .where('archived', '=', isArchived ? 1 : 0)
    .where('hidden', '=', 0);
  if (after !== undefined) {
    const { isPinned, updatedAt, id } = after;
    query = query.where(sql<boolean>`(pinned, updated_at, id) < (${isPinned ? 1 : 0}, ${updatedAt}, ${id})`);
  }
  const ordered = query.orderBy('pinned', 'desc').orderBy('updated_at', 'desc').orderBy('id', 'desc');
  return (await ordered.limit(limit).execute()).map(toListed);
}

async function deleteConversation(
  connections: { db: Kysely<Schema>; kind: DatabaseKind },
  id: string,
): Promise<void> {
  const { db } = connections;
  const messages = sql<string>`(select id from messages where conversation_id = ${id})`;
  await deleteWithImages(connections, messages, async () => {
    const itsRuns = db.selectFrom('runs').select('id').where('conversation_id', '=', id);
    await db.deleteFrom('checkpoints').where('run_id', 'in', itsRuns).execute();
    await db.deleteFrom('conversations').where('id', '=', id).execute();
  });
}

const listedColumns = [
  'id',
  'user_id',
  'title',
  'pinned',
  'archived',
  'created_at',
  'updated_at',
] as const satisfies (keyof Schema['conversations'])[];

type Row = Selectable<Schema['conversations']>;

const toFlag = (value: boolean) => (value ? (1 as const) : (0 as const));

const toJson = (settings: ChatSettings) =>
  Object.keys(settings).length === 0 ? null : JSON.stringify(settings);

function toRow(conversation: StoredConversation): Insertable<Schema['conversations']> {
  const { id, userId, title, isPinned, isArchived, createdAt, updatedAt, settings } = conversation;
  return {
    id,
    user_id: userId,
    title,
    pinned: toFlag(isPinned),
    archived: toFlag(isArchived),
    created_at: createdAt,
    updated_at: updatedAt,
    settings: toJson(settings),
  };
}

function toConversation(row: Row): StoredConversation {
  return {
    ...toListed(row),
    settings: row.settings === null ? {} : (JSON.parse(row.settings) as ChatSettings),
  };
}

function toListed(row: Pick<Row, (typeof listedColumns)[number]>): ListedConversation {
  return {
    id: row.id,
    userId: row.user_id,
    title: row.title,
    isPinned: row.pinned === 1,
    isArchived: row.archived === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
