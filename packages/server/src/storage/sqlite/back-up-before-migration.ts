import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { listPending } from '../migrate.ts';
import type { Migration } from '../migrations.ts';
import { createPrivateFile } from '../prepare-data-dir.ts';
import type { Schema } from '../schema.ts';

const KEPT = 3;
const backupName = /^before-.+\.db$/;

/**
 * Copies a database that is about to be migrated to `DATA_DIR/backups`, where the last three of these are kept. Nothing is copied
 * when there is nothing to migrate, or nothing there yet.
 * @throws {Error} when it cannot be copied: the database is then left as it is
 */
export async function backUpBeforeMigration(
  db: Kysely<Schema>,
  { dataDir, list }: { dataDir: string; list: readonly Migration[] },
): Promise<void> {
  const { rows } = await sql`select 1 from sqlite_master where name = 'schema_migrations'`.execute(db);
  const next = rows.length === 0 ? undefined : (await listPending(db, list))[0];
  if (next === undefined) return;
  const folder = join(dataDir, 'backups');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const path = join(folder, `before-${next.name}-${time}.db`);
  await copyTo(db, path);
  await forgetOld(folder);
}

async function copyTo(db: Kysely<Schema>, path: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    // SQLite writes into an empty file, whose mode stays.
    await createPrivateFile(partial);
    await sql`vacuum into ${partial}`.execute(db);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw new Error(
      `no backup could be written to ${path} before the database is migrated: free some space`,
      {
        cause: error,
      },
    );
  }
}

/** By their time, whatever migration they were made before. */
async function forgetOld(folder: string): Promise<void> {
  const timeOf = (name: string) => name.slice(-'2026-11-21T07-30-16-000Z.db'.length);
  const names = (await readdir(folder)).filter((name) => backupName.test(name));
  names.sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
  for (const name of names.slice(KEPT)) await rm(join(folder, name));
}
