import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareDataDir } from '../storage/prepare-data-dir.ts';

/**
 * @param given the configured secret, which wins
 * @returns it, or else the one kept in `DATA_DIR/jwt-secret`: made by the first call, of 48 random bytes, for its owner alone
 */
export async function loadJwtSecret({
  dataDir,
  given,
}: {
  dataDir: string;
  given: string | undefined;
}): Promise<string> {
  if (given !== undefined) return given;
  await prepareDataDir(dataDir);
  const path = jwtSecretPath(dataDir);
  const kept = await readJwtSecret(path);
  if (kept !== undefined) return kept;
  await createSecret(path);
  return readFile(path, 'utf8');
}

/** Processes that start at once get the same one: it is written whole beside its place, and linked there only if there is none. */
async function createSecret(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(randomBytes(48).toString('base64url'));
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Where a secret is kept that was made here. */
export const jwtSecretPath = (dataDir: string) => join(dataDir, 'jwt-secret');

/** @returns undefined where there is none; it is not made */
export async function readJwtSecret(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
