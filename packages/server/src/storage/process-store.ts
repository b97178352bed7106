// In: the id of a process that serves this database. Out: which of them live, by the database's own clock.
// Never: a judgement by a process's own clock.
import { type Kysely, sql } from 'kysely';
import type { DatabaseKind } from './migrations.ts';
import type { Schema } from './schema.ts';

export interface ProcessStore {
  /** Registers a process for `leaseMs`; or gives one that is registered so long from now. */
  join(id: string, leaseMs: number): Promise<void>;
  /** Lets it live for `leaseMs` from now. @returns false when it has been taken for dead: it is not one of them any more */
  renew(id: string, leaseMs: number): Promise<boolean>;
  leave(id: string): Promise<void>;
  /** Takes those whose lease has expired for dead. */
  buryExpired(): Promise<void>;
  /** Of all processes: only for one that no other serves this database beside. */
  buryAll(): Promise<void>;
  list(): Promise<string[]>;
}

export function createProcessStore({ db, kind }: { db: Kysely<Schema>; kind: DatabaseKind }): ProcessStore {
  const now =
    kind === 'postgres'
      ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
      : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
  const inMs = (ms: number) => sql<number>`${now} + ${sql.lit(ms)}`;
  return {
    async join(id, leaseMs) {
      await db
        .insertInto('processes')
        .values({ id, expires_at: inMs(leaseMs) })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ expires_at: inMs(leaseMs) }))
        .execute();
    },
    async renew(id, leaseMs) {
      const query = db
        .updateTable('processes')
        .set({ expires_at: inMs(leaseMs) })
        .where('id', '=', id);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    async leave(id) {
      await db.deleteFrom('processes').where('id', '=', id).execute();
    },
    async buryExpired() {
      await db.deleteFrom('processes').where('expires_at', '<', now).execute();
    },
    async buryAll() {
      await db.deleteFrom('processes').execute();
    },
    async list() {
      const rows = await db.selectFrom('processes').select('id').orderBy('id').execute();
      return rows.map(({ id }) => id);
    },
  };
}
