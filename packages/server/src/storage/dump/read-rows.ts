import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DatabaseKind } from '../migrations.ts';
import type { Schema } from '../schema.ts';
import type { DumpRow } from './dump-format.ts';
import type { TableColumn } from './table-columns.ts';

export interface ReadTable {
  name: string;
  key: readonly string[];
  columns: readonly TableColumn[];
}

const MAX_ROWS = 500;
/** Characters of a page that are aimed at: the next has as many rows as would have come to that. */
const PAGE_LENGTH = 2 ** 21;

/** @returns up to so many rows, from where the last page ended */
type ReadPage = (rows: number) => Promise<DumpRow[]>;

/** All rows of a table, ordered by key, a page at a time; within one transaction, by bytes and not by any language. */
export async function* readRows(
  db: Kysely<Schema>,
  { kind, ...table }: ReadTable & { kind: DatabaseKind },
): AsyncGenerator<DumpRow[]> {
  const read = kind === 'sqlite' ? pageByKey(db, table) : await pageByCursor(db, table);
  for (let limit = 1; ;) {
    const page = await read(limit);
    if (page.length === 0) return;
    yield page;
    const length = page.reduce((sum, row) => sum + lengthOf(row), 1);
    // No more than double: one page of small rows says little about the next.
    limit = Math.max(1, Math.min(MAX_ROWS, limit * 2, Math.floor((page.length * PAGE_LENGTH) / length)));
  }
}

function lengthOf(row: DumpRow): number {
  return Object.values(row).reduce<number>((sum, value) => sum + String(value).length, 0);
}

const list = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)));

function pageByKey(db: Kysely<Schema>, { name, key, columns }: ReadTable): ReadPage {
  const names = columns.map((column) => column.name);
  let from: RawBuilder<unknown> = sql``;
  return async (rows) => {
    const query = sql<DumpRow>`select ${list(names)} from ${sql.table(name)} ${from} order by ${list(key)} limit ${rows}`;
    const page = (await query.execute(db)).rows;
    const last = page.at(-1);
    if (last !== undefined) {
      from = sql`where (${list(key)}) > (${sql.join(key.map((column) => last[column]))})`;
    }
    return page;
  };
}

/** A key's index is ordered by the database's language: so its rows are sorted, once. */
async function pageByCursor(db: Kysely<Schema>, { name, key, columns }: ReadTable): Promise<ReadPage> {
  const isText = (column: string) => columns.some((each) => each.name === column && each.type === 'text');
  const order = key.map((column) => (isText(column) ? sql`${sql.ref(column)} collate "C"` : sql.ref(column)));
  const cursor = sql.id(`dump_${name}`);
  const names = columns.map((column) => column.name);
  await sql`declare ${cursor} no scroll cursor for
    select ${list(names)} from ${sql.table(name)} order by ${sql.join(order)}`.execute(db);
  return async (rows) => (await sql<DumpRow>`fetch ${sql.lit(rows)} from ${cursor}`.execute(db)).rows;
}
