import type { DatabaseLocation } from '../open-database.ts';
import { openForDump } from './open-for-dump.ts';
import { type DumpTarget, writeDump } from './write-dump.ts';

/**
 * Writes down a database as it is at one moment, beside a server that uses it.
 * @returns how many rows there are
 * @throws {Error} in words for the terminal when there is none, or a newer version made it
 */
export async function dumpDatabase(location: DatabaseLocation, target: DumpTarget): Promise<number> {
  await using connections = await openForDump(location);
  return await writeDump(connections, target);
}
