import type { DatabaseLocation } from './open-database.ts';
import { acquirePostgresLock } from './postgres/postgres-lock.ts';
import { acquireSqliteLock } from './sqlite/sqlite-lock.ts';

/** Held until it is disposed or the process dies in any way; commands may use the database meanwhile. */
export interface ServerLock extends AsyncDisposable {
  /** Resolves with a line for the terminal should another server take it; where that cannot happen, never. */
  readonly lost: Promise<string>;
}

/**
 * Makes this process the one server of its database, or one of several that know of each other.
 * @param isShared with others that say the same; of a Postgres alone
 * @throws {Error} at once, in words for the terminal, when another process is in the way
 */
export async function acquireServerLock(
  { dataDir, databaseUrl }: DatabaseLocation,
  { isShared = false }: { isShared?: boolean } = {},
): Promise<ServerLock> {
  if (databaseUrl !== undefined) return acquirePostgresLock(databaseUrl, { isShared });
  const lock = await acquireSqliteLock({ dataDir });
  return { lost: new Promise(() => {}), [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() };
}
