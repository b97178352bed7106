// In: a backup, as bytes. Out: its rows in an empty database, all of them or none.
// Never: a database that somebody uses; nor a row of a file that was cut short or altered.
import { createHash } from 'node:crypto';
import type { OpenConnections } from '../database.ts';
import { applyMigrations } from '../migrate.ts';
import type { DumpEnd } from './dump-format.ts';
import { parseHeader, parseLine } from './parse-line.ts';
import { prepareTables } from './prepare-tables.ts';
import { readLines } from './read-lines.ts';
import { RowLoader } from './row-loader.ts';

/**
 * Reads a backup into an empty database, in one transaction, and brings it up to this version.
 * @returns how many rows there were
 * @throws {Error} in words for the terminal, with the line's number: nothing has been written then
 */
export async function restoreDump(
  connections: OpenConnections,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const { kind } = connections;
  return connections.db.transaction().execute(async (db) => {
    const lines = readLines(source);
    const loader = new RowLoader({ db, reader: db, kind });
    const first = await lines.next();
    const header = parseHeader(first.value ?? Buffer.of());
    await prepareTables({ db, reader: db, kind }, header);
    const hash = createHash('sha256').update(first.value ?? '');
    let number = 1;
    let end: DumpEnd | undefined;
    for await (const line of lines) {
      number += 1;
      end = await atLine(number, async () => {
        if (end !== undefined) throw new Error('comes after the end');
        const parsed = parseLine(line);
        if ('end' in parsed) return parsed;
        hash.update(line);
        await loader.add(parsed, { number, bytes: line.length });
        return undefined;
      });
    }
    await loader.flush();
    checkEnd(end, { sha256: hash.digest('hex'), counts: loader.counts });
    await applyMigrations(db, { kind });
    return loader.counts.values().reduce((sum, count) => sum + count, 0);
  });
}

async function atLine<Result>(number: number, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // What a plain Error of ours says goes on from the line's number; what was said of several lines names them.
    if (!(error instanceof Error) || error.constructor !== Error || error.message.startsWith('lines '))
      throw error;
    throw new Error(`line ${number} ${error.message}`, { cause: error });
  }
}

function checkEnd(
  end: DumpEnd | undefined,
  { sha256, counts }: { sha256: string; counts: ReadonlyMap<string, number> },
): void {
  if (end === undefined) throw new Error('the backup has no end: it is cut short');
  if (end.sha256 !== sha256) {
    throw new Error('the backup was altered or damaged: its checksum is not that of its lines');
  }
  const wrong = Object.entries(end.rows).find(([table, count]) => (counts.get(table) ?? 0) !== count);
  if (wrong === undefined) return;
  throw new Error(
    `the backup should have ${wrong[1]} rows of ${wrong[0]}, and has ${counts.get(wrong[0]) ?? 0}`,
  );
}
