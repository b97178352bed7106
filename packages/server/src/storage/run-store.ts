// In: a run when it is admitted, and how it ended. Out: its row: its state, and its entry in the ledger.
// Never: a second end of one run, or a second run of one Idempotency-Key.
import { type Kysely, sql } from 'kysely';
import type { CountedRun, Held } from './counted-run.ts';
import { type RunCorrections, createRunCorrections } from './run-corrections.ts';
import { countedColumns, toCounted, toEnd, toRow, toRun } from './run-rows.ts';
import type { DatabaseKind } from './migrations.ts';
import type { Schema } from './schema.ts';
import type { NewRun, RunOutcome, StoredRun } from './stored-run.ts';

interface Ports {
  db: Kysely<Schema>;
  reader: Kysely<Schema>;
  kind: DatabaseKind;
}

export interface RunStore extends RunCorrections {
  /** @throws a unique violation (`isUniqueViolation`) when the user's Idempotency-Key is taken */
  insert(run: NewRun): Promise<void>;
  find(id: string, userId: string): Promise<StoredRun | undefined>;
  findMany(ids: readonly string[]): Promise<Map<string, StoredRun>>;
  findByKey(userId: string, key: string): Promise<StoredRun | undefined>;
  /** The one of an app's chat that began last. */
  findNewestInChat(userId: string, chatId: string): Promise<StoredRun | undefined>;
  /** Frees a key that was claimed before `before`, epoch ms. */
  freeKey(claim: { userId: string; key: string; before: number }): Promise<void>;
  /** Within a transaction, for what is counted. @returns undefined when it had ended before: nothing is changed then */
  end(id: string, outcome: RunOutcome): Promise<{ counted: CountedRun | null } | undefined>;
  /** The same, unless it is counted: its counters change in the same transaction. @returns false when nothing was changed */
  endUncounted(id: string, outcome: RunOutcome): Promise<boolean>;
  /** @returns whether it has ended with this outcome, by its reason and time, and not another */
  hasEnded(id: string, outcome: RunOutcome): Promise<boolean>;
  /** Adds to what a run holds that is counted. @returns false when it has ended */
  hold(id: string, more: Held): Promise<boolean>;
  /** Another model answers than was asked. @returns false when it has ended */
  serveBy(id: string, model: { id: string; provider: string }): Promise<boolean>;
  /** Those of a user that go on. */
  listRunning(userId: string): Promise<StoredRun[]>;
  /** Those that go on by their rows, but whose process is not there any more. */
  listOrphaned(): Promise<StoredRun[]>;
  /** Writes down that its owner wants it to end. @returns false when it has ended */
  requestStop(id: string): Promise<boolean>;
  /** Ids of a process's runs that are to end. */
  listStopRequested(processId: string): Promise<string[]>;
  /** Those of a conversation that go on, or have ended since a time, epoch ms. */
  listRecentIn(conversationId: string, since: number): Promise<StoredRun[]>;
}

export function createRunStore({ db, reader, kind }: Ports): RunStore {
  return {
    async insert(run) {
      await db.insertInto('runs').values(toRow(run)).execute();
    },
    async find(id, userId) {
      const query = db.selectFrom('runs').selectAll().where('id', '=', id);
      const row = await query.where('user_id', '=', userId).executeTakeFirst();
      return row && toRun(row);
    },
    async findMany(ids) {
      if (ids.length === 0) return new Map();
      const rows = await reader.selectFrom('runs').selectAll().where('id', 'in', ids).execute();
      return new Map(rows.map((row) => [row.id, toRun(row)]));
    },
    async findByKey(userId, key) {
      const query = db.selectFrom('runs').selectAll().where('user_id', '=', userId);
      const row = await query.where('idempotency_key', '=', key).executeTakeFirst();
      return row && toRun(row);
    },
    async findNewestInChat(userId, chatId) {
      const query = db.selectFrom('runs').selectAll().where('user_id', '=', userId);
      const newest = query.where('chat_id', '=', chatId).orderBy('created_at', 'desc').limit(1);
      const row = await newest.executeTakeFirst();
      return row && toRun(row);
    },
    async freeKey({ userId, key, before }) {
      await db
        .updateTable('runs')
        .set({ idempotency_key: null, fingerprint: null })
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', key)
        .where('created_at', '<', before)
        .execute();
    },
    ...changeRunning(db, kind),
    ...createRunCorrections({ db, kind }),
    async hasEnded(id, { reason, endedAt }) {
      const query = db.selectFrom('runs').select('id').where('id', '=', id).where('state', '=', reason);
      return (await query.where('ended_at', '=', endedAt).executeTakeFirst()) !== undefined;
    },
    ...listThoseRunning(db),
    async listRecentIn(conversationId, since) {
      const query = db.selectFrom('runs').selectAll().where('conversation_id', '=', conversationId);
      const recent = query.where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>', since)]));
      return (await recent.execute()).map(toRun);
    },
  };
}

function listThoseRunning(
  db: Kysely<Schema>,
): Pick<RunStore, 'listRunning' | 'listOrphaned' | 'listStopRequested'> {
  // As a parameter it would not fit the indexes of those alone.
  const running = () => db.selectFrom('runs').where(sql<boolean>`state = 'running'`);
  return {
    async listRunning(userId) {
      const query = running().selectAll().where('user_id', '=', userId);
      return (await query.orderBy('created_at').execute()).map(toRun);
    },
    async listOrphaned() {
      const isOrphaned = sql<boolean>`(process_id is null or process_id not in (select id from processes))`;
      return (await running().selectAll().where(isOrphaned).execute()).map(toRun);
    },
    async listStopRequested(processId) {
      const query = running().select('id').where('process_id', '=', processId);
      return (await query.where('stop_requested_at', 'is not', null).execute()).map(({ id }) => id);
    },
  };
}

/** What is done to a run only while it goes on. */
function changeRunning(
  db: Kysely<Schema>,
  kind: DatabaseKind,
): Pick<RunStore, 'end' | 'endUncounted' | 'hold' | 'serveBy' | 'requestStop'> {
  const running = (id: string) => db.updateTable('runs').where('id', '=', id).where('state', '=', 'running');
  return {
    async end(id, outcome) {
      // As it was counted until now; nobody moves it to another model meanwhile.
      const query = db.selectFrom('runs').select(countedColumns).where('id', '=', id);
      const row = await (kind === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
      const { numUpdatedRows } = await running(id).set(toEnd(outcome)).executeTakeFirstOrThrow();
      return row && numUpdatedRows > 0n ? { counted: toCounted(row) } : undefined;
    },
    async endUncounted(id, outcome) {
      const query = running(id).set(toEnd(outcome)).where('held_tokens', 'is', null);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    async hold(id, { tokens, microUsd }) {
      const query = running(id).set((eb) => ({
        held_tokens: eb('held_tokens', '+', tokens),
        held_micro_usd: eb(eb.fn.coalesce('held_micro_usd', eb.lit(0)), '+', microUsd),
      }));
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    async serveBy(id, { id: model, provider }) {
      const query = running(id).set({ model, provider });
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
    async requestStop(id) {
      const query = running(id).set({ stop_requested_at: Date.now() });
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
    },
  };
}
