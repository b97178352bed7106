import { type DatabaseLocation, openConnections } from '../open-database.ts';
import { acquireServerLock } from '../server-lock.ts';
import { restoreDump } from './restore-dump.ts';

/**
 * Reads a backup into a database that is empty, or not there yet; no server may use it meanwhile.
 * @returns how many rows there were
 * @throws {Error} in words for the terminal; nothing has been written then
 */
export async function restoreDatabase(
  location: DatabaseLocation,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  await using lock = await acquireServerLock(location);
  await using connections = await openConnections(location, { isPatient: true });
  void lock;
  return await restoreDump(connections, source);
}
