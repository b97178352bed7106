import { join } from 'node:path';
import { createPrivateFile, prepareDataDir } from '../prepare-data-dir.ts';
import { openSqliteConnection } from './sqlite-connection.ts';
import { SqliteError } from './sqlite-error.ts';

/** https://sqlite.org/rescode.html: SQLITE_BUSY. */
const SQLITE_BUSY = 5;

/**
 * Makes this process the one server of a directory, until it is disposed or the process dies in any way: the lock is the
 * operating system's, on a file of its own, so that commands may use the database meanwhile.
 * @throws {Error} at once, in words for the terminal, when another process holds it
 */
export async function acquireSqliteLock({ dataDir }: { dataDir: string }): Promise<AsyncDisposable> {
  await prepareDataDir(dataDir);
  const path = join(dataDir, 'server.lock');
  await createPrivateFile(path);
  try {
    return await openSqliteConnection({
      path,
      setup: ['pragma locking_mode = exclusive', 'begin exclusive'],
      busyTimeoutMs: 0,
    });
  } catch (error) {
    if (!(error instanceof SqliteError) || error.errcode !== SQLITE_BUSY) throw error;
    throw new Error(`another Sluice server is using ${dataDir}: stop it, or give this one its own DATA_DIR`, {
      cause: error,
    });
  }
}
