// In: a database as it is now, whoever uses it meanwhile. Out: all of it that is kept, as text that any database can read again.
// Never: what signs people in; nor a write of the server's that waits.
import { createHash } from 'node:crypto';
import type { OpenConnections } from '../database.ts';
import { listPending } from '../migrate.ts';
import { migrations } from '../migrations.ts';
import { DUMP_FORMAT, type DumpEnd, type DumpHeader, type DumpLine, dumpedTables } from './dump-format.ts';
import { readRows } from './read-rows.ts';
import { readColumns } from './table-columns.ts';

export interface DumpTarget {
  /** Of this Sluice. */
  version: string;
  now: number;
  /** Takes the next lines, a few MB at most, in its own time. */
  write: (text: string) => Promise<void>;
}

/**
 * Writes a database down as it is at one moment.
 * @returns how many rows there are
 * @throws {Error} in words for the terminal when it was made by a newer version, or never used
 */
export async function writeDump(connections: OpenConnections, target: DumpTarget): Promise<number> {
  const { reader, kind } = connections;
  return reader
    .transaction()
    .setAccessMode('read only')
    .execute(async (db) => {
      if ((await readColumns(db, { kind, table: 'schema_migrations' })).length === 0) {
        throw new Error('there is nothing in the database yet');
      }
      const hash = createHash('sha256');
      const write = async (text: string) => {
        hash.update(text);
        await target.write(text);
      };
      const pending = new Set(await listPending(db));
      const schema = migrations.findLast((migration) => !pending.has(migration))?.name ?? '';
      await write(toLine(toHeader(target, schema)));
      const rows: Record<string, number> = {};
      for (const { name, key } of dumpedTables) {
        const columns = await readColumns(db, { kind, table: name });
        // Of a database that is to be migrated yet.
        if (columns.length === 0) continue;
        rows[name] = 0;
        for await (const page of readRows(db, { kind, name, key, columns })) {
          await write(page.map((row) => toLine({ table: name, row })).join(''));
          rows[name] += page.length;
        }
      }
      await target.write(toLine({ end: true, rows, sha256: hash.digest('hex') }));
      return Object.values(rows).reduce((sum, count) => sum + count, 0);
    });
}

const toHeader = ({ version, now }: DumpTarget, schema: string): DumpHeader => ({
  sluice: 'backup',
  format: DUMP_FORMAT,
  version,
  schema,
  createdAt: new Date(now).toISOString(),
});

const toLine = (line: DumpHeader | DumpLine | DumpEnd) => `${JSON.stringify(line)}\n`;
