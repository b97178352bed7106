import { sql } from 'kysely';
import { SluiceError } from '@sluice/shared';
import type { Connections } from '../database.ts';
import { type SearchPlace, rebuildSearch } from '../rebuild-search.ts';
import { type DumpLine, type DumpRow, dumpedTables } from './dump-format.ts';
import { checkRow } from './parse-line.ts';
import { type TableColumn, readColumns } from './table-columns.ts';

/** Written in one statement: SQLite takes 32,766 values. */
const BATCH_ROWS = 200;
const BATCH_BYTES = 2 ** 22;

interface Batch {
  table: string;
  columns: readonly TableColumn[];
  rows: DumpRow[];
  bytes: number;
  firstLine: number;
}

/** Takes the rows of a backup, table by table, and writes them some at a time. */
export class RowLoader {
  readonly #connections: Connections;
  readonly #counts = new Map<string, number>();
  #batch: Batch | undefined;
  #lastLine = 1;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** @throws {Error} when the row does not belong there, or could not be written */
  async add({ table, row }: DumpLine, { number, bytes }: { number: number; bytes: number }): Promise<void> {
    if (this.#batch?.table !== table) {
      await this.flush();
      this.#batch = await this.#begin(table, number);
    }
    const batch = this.#batch;
    checkRow(row, batch.columns);
    if (batch.rows.length === 0) batch.firstLine = number;
    batch.rows.push(row);
    batch.bytes += bytes;
    this.#lastLine = number;
    this.#counts.set(table, (this.#counts.get(table) ?? 0) + 1);
    if (batch.rows.length === BATCH_ROWS || batch.bytes >= BATCH_BYTES) await this.flush();
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch === undefined || batch.rows.length === 0) return;
    try {
      await this.#insert(batch);
    } catch (error) {
      if (error instanceof SluiceError || !(error instanceof Error)) throw error;
      const where = `lines ${batch.firstLine} to ${this.#lastLine}`;
      throw new Error(`${where} cannot be stored in ${batch.table}: ${error.message}`, { cause: error });
    }
    batch.rows = [];
    batch.bytes = 0;
  }

  /** Rows taken, of each table. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  async #begin(table: string, firstLine: number): Promise<Batch> {
    const place = dumpedTables.findIndex(({ name }) => name === table);
    const before = dumpedTables.findIndex(({ name }) => name === this.#batch?.table);
    if (place === -1) throw new Error(`is of a table that no backup has: ${table}`);
    if (place < before) throw new Error(`is of the table ${table}, which must come sooner`);
    const { db, kind } = this.#connections;
    const columns = await readColumns(db, { kind, table });
    if (columns.length === 0)
      throw new Error(`is of a table that the backup's database did not have: ${table}`);
    return { table, columns, rows: [], bytes: 0, firstLine };
  }

  async #insert({ table, columns, rows }: Batch): Promise<void> {
    if (table === 'search_documents') {
      await rebuildSearch(this.#connections, rows as unknown as SearchPlace[]);
      return;
    }
    const names = columns.map(({ name }) => name);
    const values = rows.map((row) => sql`(${sql.join(names.map((name) => row[name]))})`);
    const target = sql`${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))})`;
    await sql`insert into ${target} values ${sql.join(values)}`.execute(this.#connections.db);
  }
}
