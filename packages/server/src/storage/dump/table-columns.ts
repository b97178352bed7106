import { type Kysely, sql } from 'kysely';
import type { DatabaseKind } from '../migrations.ts';
import type { Schema } from '../schema.ts';

export interface TableColumn {
  name: string;
  type: 'text' | 'bigint';
  isRequired: boolean;
}

/** @returns a table's columns as the database has them, in order, but for those of a search index; none when there is no such table */
export async function readColumns(
  db: Kysely<Schema>,
  { kind, table }: { kind: DatabaseKind; table: string },
): Promise<TableColumn[]> {
  const query =
    kind === 'sqlite'
      ? sql<{ name: string; type: string; required: string | number }>`
          select name, type, "notnull" as required from pragma_table_info(${table}) order by cid`
      : sql<{ name: string; type: string; required: string | number }>`
          select column_name as name, data_type as type, case is_nullable when 'NO' then 1 else 0 end as required
          from information_schema.columns
          where table_schema = current_schema() and table_name = ${table} order by ordinal_position`;
  const { rows } = await query.execute(db);
  return rows.flatMap(({ name, type: declared, required }) => {
    const type = declared.toLowerCase();
    return type === 'text' || type === 'bigint' ? [{ name, type, isRequired: required === 1 }] : [];
  });
}
