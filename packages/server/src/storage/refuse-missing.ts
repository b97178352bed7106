import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseLocation } from './open-database.ts';

/**
 * For what changes or reads a database but would make none: a folder that was mistyped is not to become one.
 * @throws {Error} in words for the terminal when SQLite's file is not there
 */
export async function refuseMissing({ dataDir, databaseUrl }: DatabaseLocation): Promise<void> {
  if (databaseUrl !== undefined) return;
  try {
    await access(join(dataDir, 'sluice.db'));
  } catch (error) {
    throw new Error(`there is no database in ${dataDir}`, { cause: error });
  }
}
