// In: a span of time, and what to group by. Out: sums over the ledger's entries, and how long first tokens took.
// Never: a run that is still going on.
import type { UsageReport } from '@sluice/shared';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';

export interface UsageQuery {
  /** Epoch ms; included. */
  from: number;
  /** Epoch ms; not included. */
  to: number;
  groupBy: UsageReport['groupBy'];
  /** All users unless given. */
  userId?: string;
}

export interface UsageSums {
  runs: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
  costMicroUsd: number;
  unpricedRuns: number;
  unmeasuredRuns: number;
}

/** What a group of runs has in common. */
interface UsageGroup {
  /** A day as its number since 1970 in UTC, else an id; null for runs without a token. */
  key: string | number | null;
  /** Of a day and a model; else null. */
  model: string | null;
}

export interface UsageRow extends UsageGroup, UsageSums {
  /** A token's name, a user's email. */
  label: string | null;
}

/** So many milliseconds at most, for 50 and for 95 of 100: each the time of one of the runs. */
interface Percentiles {
  p50: number;
  p95: number;
}

/** Only of runs that came to a token. */
export interface FirstTokens {
  groups: (UsageGroup & Percentiles)[];
  all: Percentiles | null;
}

export interface UsageStore {
  /** By key and model, the first first. */
  sum(query: UsageQuery): Promise<UsageRow[]>;
  /** In no order. */
  readFirstTokens(query: UsageQuery): Promise<FirstTokens>;
}

const MS_PER_DAY = 86_400_000;

export function createUsageStore({ reader }: { reader: Kysely<Schema> }): UsageStore {
  return {
    async sum(query) {
      const { key, model, label }: Grouping = groupings[query.groupBy];
      const rows = await selectEnded(reader, query)
        .leftJoin('api_tokens', 'api_tokens.id', 'runs.token_id')
        .leftJoin('users', 'users.id', 'runs.user_id')
        .select(sums)
        .select([key.as('key'), model.as('model'), label.as('label')])
        .groupBy(model === nothing ? [key] : [key, model])
        .execute();
      return rows.sort(byKey);
    },
    async readFirstTokens(query) {
      const rows = await selectFirstTokens(reader, query).execute();
      const of = (name: 'all50' | 'all95') => rows.find((row) => row[name] !== null)?.[name] ?? 0;
      return {
        groups: rows.map(({ key, model, p50, p95 }) => ({ key, model, p50, p95 })),
        all: rows.length === 0 ? null : { p50: of('all50'), p95: of('all95') },
      };
    },
  };
}

function selectEnded(reader: Kysely<Schema>, { from, to, userId }: UsageQuery) {
  const query = reader
    .selectFrom('runs')
    .where('runs.created_at', '>=', from)
    .where('runs.created_at', '<', to)
    .where('runs.state', '!=', 'running');
  return userId === undefined ? query : query.where('runs.user_id', '=', userId);
}

/** By nearest rank, in one pass over the runs: the smallest time that so many of a hundred do not exceed. */
function selectFirstTokens(reader: Kysely<Schema>, query: UsageQuery) {
  const { key, model }: Grouping = groupings[query.groupBy];
  const measured = selectEnded(reader, query)
    .where('runs.first_token_ms', 'is not', null)
    .select([key.as('key'), model.as('model'), 'runs.first_token_ms as ms']);
  const ranked = reader
    .selectFrom(measured.as('measured'))
    .select([
      'key',
      'model',
      'ms',
      sql<number>`row_number() over (partition by key, model order by ms)`.as('place'),
      sql<number>`count(*) over (partition by key, model)`.as('size'),
      sql<number>`row_number() over (order by ms)`.as('place_in_all'),
      sql<number>`count(*) over ()`.as('size_of_all'),
    ]);
  const at = (percent: number, place: string, size: string) =>
    sql<number>`max(case when ${sql.ref(place)} = (${sql.ref(size)} * ${sql.lit(percent)} + 99) / 100 then ms end)`;
  return reader
    .selectFrom(ranked.as('ranked'))
    .select([
      'key',
      'model',
      at(50, 'place', 'size').as('p50'),
      at(95, 'place', 'size').as('p95'),
      at(50, 'place_in_all', 'size_of_all').$castTo<number | null>().as('all50'),
      at(95, 'place_in_all', 'size_of_all').$castTo<number | null>().as('all95'),
    ])
    .groupBy(['key', 'model']);
}

/** Every database has its own order for null and for text. */
function byKey(one: UsageRow, other: UsageRow): number {
  if (one.key === other.key) return (one.model ?? '') < (other.model ?? '') ? -1 : 1;
  if (one.key === null || other.key === null) return Number(other.key === null) - Number(one.key === null);
  return one.key < other.key ? -1 : 1;
}

interface Grouping {
  key: RawBuilder<string | number | null>;
  model: RawBuilder<string | null>;
  label: RawBuilder<string | null>;
}

const nothing = sql<string | null>`null`;
const day = sql<number>`runs.created_at / ${sql.lit(MS_PER_DAY)}`;
const model = sql<string>`runs.model`;
const token = sql<string | null>`runs.token_id`;
const user = sql<string>`runs.user_id`;

const groupings: Record<UsageQuery['groupBy'], Grouping> = {
  day: { key: day, model: nothing, label: nothing },
  model: { key: model, model: nothing, label: nothing },
  token: { key: token, model: nothing, label: sql<string | null>`max(api_tokens.name)` },
  user: { key: user, model: nothing, label: sql<string | null>`max(users.email)` },
  'day,model': { key: day, model, label: nothing },
};

const total = (column: string) =>
  sql<number>`cast(coalesce(sum(case when runs.usage_source is null then 0 else ${sql.ref(column)} end), 0) as bigint)`;

const sums = [
  sql<number>`count(*)`.as('runs'),
  sql<number>`count(case when runs.error_code is not null then 1 end)`.as('errors'),
  total('runs.input_tokens').as('inputTokens'),
  total('runs.output_tokens').as('outputTokens'),
  total('runs.cache_read_tokens').as('cacheReadTokens'),
  total('runs.cache_write_tokens').as('cacheWriteTokens'),
  total('runs.reasoning_tokens').as('reasoningTokens'),
  sql<number>`cast(coalesce(sum(runs.cost_micro_usd), 0) as bigint)`.as('costMicroUsd'),
  sql<number>`count(case when runs.usage_source is not null and runs.cost_micro_usd is null then 1 end)`.as(
    'unpricedRuns',
  ),
  sql<number>`count(case when runs.usage_source is null then 1 end)`.as('unmeasuredRuns'),
] as const;
