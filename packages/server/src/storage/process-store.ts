// In: the beats of a process that serves this database. Out: which there are, and how often each has beaten.
// Never: a judgement by a clock: who looks on sees for how long a process has not beaten.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export interface StoredProcess {
  id: string;
  /** How often it has said that it lives. */
  beats: number;
}

export interface ProcessStore {
  join(id: string): Promise<void>;
  /** Says that it lives. @returns false when it has been taken for dead: it is not one of them any more */
  beat(id: string): Promise<boolean>;
  leave(id: string): Promise<void>;
  list(): Promise<StoredProcess[]>;
  /** Takes one for dead, unless it has beaten since. */
  bury(process: StoredProcess): Promise<void>;
  /** All of them: only for one that no other serves this database beside. */
  buryAll(): Promise<void>;
}

export function createProcessStore({ db }: { db: Kysely<Schema> }): ProcessStore {
  return {
    async join(id) {
      await db.insertInto('processes').values({ id, beats: 1 }).execute();
    },
    async beat(id) {
      const query = db.updateTable('processes').set((eb) => ({ beats: eb('beats', '+', 1) }));
      return (await query.where('id', '=', id).executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    async leave(id) {
      await db.deleteFrom('processes').where('id', '=', id).execute();
    },
    list: () => db.selectFrom('processes').selectAll().orderBy('id').execute(),
    async bury({ id, beats }) {
      await db.deleteFrom('processes').where('id', '=', id).where('beats', '=', beats).execute();
    },
    async buryAll() {
      await db.deleteFrom('processes').execute();
    },
  };
}
