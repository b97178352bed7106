import { mkdir, open } from 'node:fs/promises';

/**
 * Creates DATA_DIR for its owner alone; the mode of one that exists is its administrator's choice.
 * @throws {Error} in words for the terminal
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    throw new Error(`DATA_DIR must be a folder that can be made or written to: ${says}`, { cause: error });
  }
}

/**
 * Creates an empty file for its owner alone, unless there is one; SQLite gives its -wal and -shm files the same mode.
 * NOTE: an existing file must not be opened here: closing it again would drop the locks this process has on it (POSIX, fcntl).
 */
export async function createPrivateFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
  }
}
