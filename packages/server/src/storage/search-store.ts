// In: the words of titles and messages, cut by search-words.ts. Out: those of one user that have all the words looked for, the newest first.
// Never: another user's, nor a text: the index holds words alone.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DatabaseKind } from './migrations.ts';
import { nextNumber } from './next-number.ts';
import type { Schema } from './schema.ts';

interface SearchDocument {
  userId: string;
  conversationId: string;
  /** Null: the conversation's title. */
  messageId: string | null;
  words: readonly string[];
}

export interface SearchHit {
  /** Its place: the higher, the newer. */
  number: number;
  conversationId: string;
  messageId: string | null;
}

export interface SearchStore {
  insert(document: SearchDocument): Promise<void>;
  /** Some tens at once, in few statements; the later ones count as newer. */
  insertMany(documents: readonly SearchDocument[]): Promise<void>;
  /** The same at a place of its own, which must be free. */
  insertAt(number: number, document: SearchDocument): Promise<void>;
  /** Forgets the title of a conversation. @returns how many there were */
  deleteTitle(conversationId: string): Promise<number>;
  /** Forgets up to `limit` of a conversation's title and messages. @returns how many */
  deleteSome(conversationId: string, limit: number): Promise<number>;
  /** @param words beginnings of words, as `queryWords` cuts them; at least one */
  find(query: {
    userId: string;
    words: readonly string[];
    /** Only of conversations that are, or that are not; of both, unless given. */
    isArchived?: boolean | undefined;
    /** Only what is older than this number. */
    before: number;
    limit: number;
  }): Promise<SearchHit[]>;
}

interface PlacedDocument extends SearchDocument {
  number: number;
}

interface Index {
  /** @returns the numbers that were free; the others are left out */
  insert(documents: readonly PlacedDocument[]): Promise<ReadonlySet<number>>;
  forget(numbers: readonly number[]): Promise<void>;
  find: SearchStore['find'];
}

export function createSearchStore(connections: {
  db: Kysely<Schema>;
  reader: Kysely<Schema>;
  kind: DatabaseKind;
}): SearchStore {
  const { db, kind } = connections;
  const index = kind === 'sqlite' ? sqliteIndex(connections) : postgresIndex(connections);
  const insertMany = async (documents: readonly SearchDocument[]): Promise<void> => {
    let left = documents;
    // Two processes may hit upon one number.
    while (left.length > 0) {
      const placed = left.map((document) => ({ ...document, number: nextNumber() }));
      const stored = await index.insert(placed);
      left = placed.filter(({ number }) => !stored.has(number));
    }
  };
  const forget = async (documents: { execute(): Promise<{ number: number }[]> }): Promise<number> => {
    const numbers = (await documents.execute()).map(({ number }) => number);
    if (numbers.length === 0) return 0;
    await index.forget(numbers);
    await db.deleteFrom('search_documents').where('number', 'in', numbers).execute();
    return numbers.length;
  };
  const documentsOf = (conversationId: string) =>
    db.selectFrom('search_documents').select('number').where('conversation_id', '=', conversationId);
  return {
    insert: (document) => insertMany([document]),
    insertMany,
    async insertAt(number, document) {
      const stored = await index.insert([{ ...document, number }]);
      if (!stored.has(number)) throw new Error(`the place ${number} is taken`);
    },
    deleteTitle: (conversationId) => forget(documentsOf(conversationId).where('message_id', 'is', null)),
    deleteSome: (conversationId, limit) => forget(documentsOf(conversationId).limit(limit)),
    find: (query) => index.find(query),
  };
}

function toHit(row: { number: number; conversation_id: string; message_id: string | null }): SearchHit {
  return { number: row.number, conversationId: row.conversation_id, messageId: row.message_id };
}

/** Conditions on each hit, and no join: hits go on being read from the newest, up to the limit. Few conversations are ever hidden. */
function keepFound(isArchived: boolean | undefined): RawBuilder<unknown> {
  const isShown = sql`and search_documents.conversation_id not in (select id from conversations where hidden = 1)`;
  if (isArchived === undefined) return isShown;
  return sql`${isShown} and (select archived from conversations
    where conversations.id = search_documents.conversation_id) = ${isArchived ? 1 : 0}`;
}

/** A column of its own holds the owner, so that the index joins the words of one user alone. */
function sqliteIndex({ db, reader }: { db: Kysely<Schema>; reader: Kysely<Schema> }): Index {
  const ownerOf = (userId: string) => `u${userId.replaceAll('-', '')}`;
  return {
    async insert(documents) {
      const places = documents.map(({ number, conversationId, messageId }) => ({
        number,
        conversation_id: conversationId,
        message_id: messageId,
      }));
      const rows = await db
        .insertInto('search_documents')
        .values(places)
        .onConflict((conflict) => conflict.column('number').doNothing())
        .returning('number')
        .execute();
      const stored = new Set(rows.map(({ number }) => number));
      const values = documents
        .filter(({ number }) => stored.has(number))
        .map(({ number, userId, words }) => sql`(${number}, ${ownerOf(userId)}, ${words.join(' ')})`);
      if (values.length > 0) {
        await sql`insert into search_index (rowid, owner, body) values ${sql.join(values)}`.execute(db);
      }
      return stored;
    },
    async forget(numbers) {
      await sql`delete from search_index where rowid in (${sql.join(numbers)})`.execute(db);
    },
    async find({ userId, words, isArchived, before, limit }) {
      const wanted = words.map((word) => `body : "${word}" *`).join(' AND ');
      const match = `owner : "${ownerOf(userId)}" AND ${wanted}`;
      const { rows } = await sql<Schema['search_documents']>`
        select search_documents.* from search_index
        join search_documents on search_documents.number = search_index.rowid
        where search_index match ${match} and search_index.rowid < ${before} ${keepFound(isArchived)}
        order by search_index.rowid desc limit ${limit}`.execute(reader);
      return rows.map(toHit);
    },
  };
}

/** Casts take quoted lexemes as they are; Postgres' own parser would cut them again. */
function postgresIndex({ db, reader }: { db: Kysely<Schema>; reader: Kysely<Schema> }): Index {
  /** No word has a colon. */
  const ownerOf = (userId: string) => `'owner:${userId}'`;
  return {
    async insert(documents) {
      const values = documents.map(({ number, userId, conversationId, messageId, words }) => {
        const lexemes = [ownerOf(userId), ...words.map((word) => `'${word}'`)].join(' ');
        return sql`(${number}, ${conversationId}, ${messageId}, cast(${lexemes} as tsvector))`;
      });
      const { rows } = await sql<{ number: number }>`
        insert into search_documents (number, conversation_id, message_id, lexemes)
        values ${sql.join(values)}
        on conflict (number) do nothing returning number`.execute(db);
      return new Set(rows.map(({ number }) => number));
    },
    async forget() {
      // The words are in the documents' own rows.
    },
    async find({ userId, words, isArchived, before, limit }) {
      const query = [ownerOf(userId), ...words.map((word) => `'${word}':*`)].join(' & ');
      const { rows } = await sql<Schema['search_documents']>`
        select number, conversation_id, message_id from search_documents
        where lexemes @@ cast(${query} as tsquery) and number < ${before} ${keepFound(isArchived)}
        order by number desc limit ${limit}`.execute(reader);
      return rows.map(toHit);
    },
  };
}
