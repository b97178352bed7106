import { join } from 'node:path';
import type { OpenConnections } from '../database.ts';
import type { DatabaseLocation } from '../open-database.ts';
import { openPostgresAsItIs } from '../postgres/open-postgres.ts';
import { refuseMissing } from '../refuse-missing.ts';
import { openSqliteAsItIs } from '../sqlite/open-sqlite.ts';

/**
 * A database to be read as it is: it is neither made nor migrated, for a server of another version may be using it.
 * @throws {Error} in words for the terminal when there is none
 */
export async function openForDump({ dataDir, databaseUrl }: DatabaseLocation): Promise<OpenConnections> {
  if (databaseUrl !== undefined) return openPostgresAsItIs(databaseUrl);
  await refuseMissing({ dataDir });
  return openSqliteAsItIs(join(dataDir, 'sluice.db'));
}
