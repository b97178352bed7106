import { type Kysely, sql } from 'kysely';
import { type DatabaseKind, type Migration, migrations } from './migrations.ts';
import type { Schema } from './schema.ts';

/** Any number that nothing else takes; the one of the server's lock is beside it. */
const POSTGRES_LOCK = 7_401_001;

interface Migrating {
  kind: DatabaseKind;
  list?: readonly Migration[];
}

/**
 * Brings the database to this version, in one transaction that holds a lock from its start: a second process waits for
 * it, and then finds the work done.
 * @throws {Error} when the database was made by a newer version, which this one would damage
 */
export async function migrate(db: Kysely<Schema>, { kind, list = migrations }: Migrating): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${POSTGRES_LOCK})`.execute(transaction);
    await applyMigrations(transaction, { kind, list });
  });
}

/** Within a transaction of the caller's. @throws {Error} as `migrate` does */
export async function applyMigrations(
  transaction: Kysely<Schema>,
  { kind, list = migrations }: Migrating,
): Promise<void> {
  await sql`create table if not exists schema_migrations (
    name text primary key not null,
    applied_at bigint not null
  )`.execute(transaction);
  for (const { name, statements } of await listPending(transaction, list)) {
    for (const statement of statements) {
      const text = typeof statement === 'string' ? statement : statement[kind];
      if (text !== undefined) await sql.raw(text).execute(transaction);
    }
    await transaction.insertInto('schema_migrations').values({ name, applied_at: Date.now() }).execute();
  }
}

/**
 * What a database that has been migrated before still lacks.
 * @throws {Error} when it was made by a newer version
 */
export async function listPending(
  db: Kysely<Schema>,
  list: readonly Migration[] = migrations,
): Promise<Migration[]> {
  const rows = await db.selectFrom('schema_migrations').select('name').execute();
  const applied = new Set(rows.map(({ name }) => name));
  const unknown = applied.difference(new Set(list.map(({ name }) => name)));
  if (unknown.size > 0) {
    const names = [...unknown].join(', ');
    throw new Error(`the database was made by a newer version of Sluice (it has ${names}): upgrade this one`);
  }
  return list.filter(({ name }) => !applied.has(name));
}
