import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuth } from '../packages/server/src/auth/auth.ts';
import { loadJwtSecret } from '../packages/server/src/auth/load-jwt-secret.ts';
import { openDatabase } from '../packages/server/src/storage/open-database.ts';

/**
 * Makes a fresh data directory below bench/.run, and a token for the server that is started on it.
 * @param databaseUrl of an empty Postgres; SQLite in that directory when there is none
 */
export async function prepareAccess(
  name: string,
  databaseUrl?: string,
): Promise<{ dataDir: string; token: string; secret: string }> {
  const dataDir = join(import.meta.dirname, '.run', name);
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  await using database = await openDatabase({ dataDir, databaseUrl });
  const secret = await loadJwtSecret({ dataDir, given: undefined });
  const auth = createAuth({ database, secret });
  const { token } = await auth.createAppToken({
    email: 'bench@example.com',
    name: 'bench',
    days: 365,
    scopes: ['chat', 'history'],
  });
  return { dataDir, token, secret };
}
