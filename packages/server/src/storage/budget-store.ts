// In: limits, and what runs hold and use. Out: both, with counters that are made from the ledger of runs when there are none yet.
// Never: a decision whether there is enough; nor two counters locked in another order than everybody's.
import type { Limit } from '@sluice/shared';
import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import type { DatabaseKind } from './migrations.ts';
import type { Schema } from './schema.ts';

type LimitKey = Pick<Limit, 'subject' | 'id' | 'period' | 'unit'>;

/** What is counted together: the runs of a subject that began in a period. */
export interface CounterKey {
  kind: 'user' | 'token' | 'model';
  id: string;
  period: 'day' | 'month';
  /** Epoch ms. */
  start: number;
}

export interface Amounts {
  /** Runs that have begun. */
  requests: number;
  /** In and out, of runs that have ended. */
  tokens: number;
  /** What runs that have ended cost, as far as it is known. */
  microUsd: number;
  /** Of runs that go on. */
  heldTokens: number;
  heldMicroUsd: number;
}

export interface Counter extends CounterKey, Amounts {}

export interface BudgetStore {
  /** All there are, in the order of their keys. */
  listLimits(): Promise<Limit[]>;
  /**
   * Makes a limit, changes its amount, or takes it away (null). The counters of its subjects go, and are made again when they are
   * needed: while there is no limit nobody keeps them right.
   */
  putLimit(limit: LimitKey & { amount: number | null }): Promise<void>;
  /**
   * Until the transaction ends, nobody makes a counter that would be without what is changed in it. First in it: whoever makes one
   * waits for it, and may hold what it needs.
   */
  keepMakersOut(): Promise<void>;
  /** Those of the counters that there are, as they were a moment ago. */
  readCounters(keys: readonly CounterKey[]): Promise<Counter[]>;
  /** Those of the counters that there are; nobody else changes them until the transaction ends. */
  lockCounters(keys: readonly CounterKey[]): Promise<Counter[]>;
  /** Adds to those of the counters that there are; amounts may be negative. What is held is never less than nothing. */
  addToCounters(keys: readonly CounterKey[], amounts: Amounts): Promise<void>;
  /**
   * Makes a counter from the ledger, unless there is one. In a transaction of its own. The subject's runs that go on are counted
   * from then on, whether or not they held anything before.
   */
  makeCounter(key: CounterKey & { end: number }): Promise<void>;
  /** Forgets the counters of periods that began before `before`, epoch ms. */
  deleteOldCounters(before: number): Promise<void>;
}

/** Ours, in Postgres: held by who makes a counter, shared by those who begin runs, which could be missed. */
const MAKERS_LOCK = 7_401_003;

interface Ports {
  db: Kysely<Schema>;
  reader: Kysely<Schema>;
  kind: DatabaseKind;
}

export function createBudgetStore(ports: Ports): BudgetStore {
  return { ...keepLimits(ports), ...keepCounters(ports) };
}

function keepLimits({ db, reader }: Ports): Pick<BudgetStore, 'listLimits' | 'putLimit'> {
  return {
    async listLimits() {
      const rows = await reader
        .selectFrom('limits')
        .leftJoin('users', (join) =>
          join.onRef('users.id', '=', 'limits.subject_id').on('limits.subject_kind', '=', 'user'),
        )
        .leftJoin('api_tokens', (join) =>
          join.onRef('api_tokens.id', '=', 'limits.subject_id').on('limits.subject_kind', '=', 'token'),
        )
        .selectAll('limits')
        .select(({ fn }) => fn.coalesce('users.email', 'api_tokens.name').as('label'))
        .orderBy('subject_kind')
        .orderBy('subject_id')
        .orderBy('period')
        .orderBy('unit')
        .execute();
      return rows.map(({ subject_kind: subject, subject_id, label, period, unit, amount }) => ({
        subject,
        id: subject_id === '' ? null : subject_id,
        label,
        period,
        unit,
        amount,
      }));
    },
    async putLimit({ subject, id, period, unit, amount }) {
      const row = { subject_kind: subject, subject_id: id ?? '', period, unit };
      await (
        amount === null
          ? db.deleteFrom('limits').where((eb) => eb.and(row))
          : db
              .insertInto('limits')
              .values({ ...row, amount })
              .onConflict((conflict) =>
                conflict.columns(['subject_kind', 'subject_id', 'period', 'unit']).doUpdateSet({ amount }),
              )
      ).execute();
      const counters = db.deleteFrom('uses').where('period', '=', period);
      await (
        subject === 'default' || id === null
          ? counters.where('subject_kind', '=', 'user')
          : counters.where('subject_kind', '=', subject).where('subject_id', '=', id)
      ).execute();
    },
  };
}

function keepCounters({ db, reader, kind }: Ports): Omit<BudgetStore, 'listLimits' | 'putLimit'> {
  return {
    async keepMakersOut() {
      // In SQLite a transaction that writes is alone.
      if (kind === 'postgres') await sql`select pg_advisory_xact_lock_shared(${MAKERS_LOCK})`.execute(db);
    },
    async readCounters(keys) {
      return (await select(reader, keys).execute()).map(toCounter);
    },
    async lockCounters(keys) {
      const query = select(db, keys);
      return (await (kind === 'postgres' ? query.forUpdate() : query).execute()).map(toCounter);
    },
    async addToCounters(keys, { requests, tokens, microUsd, heldTokens, heldMicroUsd }) {
      const plus = (column: string, amount: number) =>
        sql<number>`${sql.ref(column)} + cast(${amount} as bigint)`;
      const heldPlus = (column: string, amount: number) =>
        sql<number>`case when ${plus(column, amount)} < 0 then 0 else ${plus(column, amount)} end`;
      await db
        .updateTable('uses')
        .set({
          requests: plus('requests', requests),
          tokens: plus('tokens', tokens),
          micro_usd: plus('micro_usd', microUsd),
          held_tokens: heldPlus('held_tokens', heldTokens),
          held_micro_usd: heldPlus('held_micro_usd', heldMicroUsd),
        })
        .where((eb) => isOneOf(eb, keys))
        .execute();
    },
    async makeCounter(key) {
      if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${MAKERS_LOCK})`.execute(db);
      await makeCounter(db, key);
    },
    async deleteOldCounters(before) {
      await db.deleteFrom('uses').where('period_start', '<', before).execute();
    },
  };
}

/** In an order that is the same for everybody, so that nobody waits for who waits for them. */
const select = (db: Kysely<Schema>, keys: readonly CounterKey[]) =>
  db
    .selectFrom('uses')
    .selectAll()
    .where((eb) => isOneOf(eb, keys))
    .orderBy('period_start')
    .orderBy('period')
    .orderBy('subject_kind')
    .orderBy('subject_id');

const toCounter = (row: Schema['uses']): Counter => ({
  kind: row.subject_kind,
  id: row.subject_id,
  period: row.period,
  start: row.period_start,
  requests: row.requests,
  tokens: row.tokens,
  microUsd: row.micro_usd,
  heldTokens: row.held_tokens,
  heldMicroUsd: row.held_micro_usd,
});

function isOneOf(eb: ExpressionBuilder<Schema, 'uses'>, keys: readonly CounterKey[]) {
  return eb.or(
    keys.map(({ kind, id, period, start }) =>
      eb.and({ period_start: start, period, subject_kind: kind, subject_id: id }),
    ),
  );
}

async function makeCounter(
  db: Kysely<Schema>,
  { kind, id, period, start, end }: CounterKey & { end: number },
): Promise<void> {
  const isTheirs = {
    user: sql<SqlBool>`user_id = ${id}`,
    // By the user too, for the index.
    token: sql<SqlBool>`user_id = (select user_id from api_tokens where id = ${id}) and token_id = ${id}`,
    model: sql<SqlBool>`model = ${id}`,
  }[kind];
  // Written, so that whoever ends one of these meanwhile is waited for, or waits and then finds the counter.
  await db
    .updateTable('runs')
    .set({ held_tokens: sql`coalesce(held_tokens, 0)` })
    .where(sql<SqlBool>`state = 'running'`)
    .where(isTheirs)
    .execute();
  const sum = (amount: string) => sql<number>`cast(coalesce(sum(${sql.raw(amount)}), 0) as bigint)`;
  const amounts = await db
    .selectFrom('runs')
    .select([
      sql<number>`count(*)`.as('requests'),
      sum("case when state = 'running' then held_tokens else 0 end").as('held_tokens'),
      sum("case when state = 'running' then coalesce(held_micro_usd, 0) else 0 end").as('held_micro_usd'),
      sum('coalesce(cost_micro_usd, 0)').as('micro_usd'),
      // Until its end a run has an estimate there.
      sum(
        "case when state = 'running' then 0 else coalesce(input_tokens, 0) + coalesce(output_tokens, 0) end",
      ).as('tokens'),
    ])
    .where(isTheirs)
    .where('created_at', '>=', start)
    .where('created_at', '<', end)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('uses')
    .values({ period_start: start, period, subject_kind: kind, subject_id: id, ...amounts })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
