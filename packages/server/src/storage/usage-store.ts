// In: a span of time, and what to group by. Out: sums over the ledger's entries.
// Never: a run that is still going on.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';

export interface UsageQuery {
  /** Epoch ms; included. */
  from: number;
  /** Epoch ms; not included. */
  to: number;
  groupBy: 'day' | 'model' | 'token' | 'user';
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
}

export interface UsageRow extends UsageSums {
  /** A day as its number since 1970 in UTC, else an id; null for runs without a token. */
  key: string | number | null;
  /** A token's name, a user's email. */
  label: string | null;
}

export interface UsageStore {
  /** By key, the first first. */
  sum(query: UsageQuery): Promise<UsageRow[]>;
}

const MS_PER_DAY = 86_400_000;

export function createUsageStore({ reader }: { reader: Kysely<Schema> }): UsageStore {
  return {
    async sum({ from, to, groupBy, userId }) {
      const { key, label }: Grouping = groupings[groupBy];
      let query = reader
        .selectFrom('runs')
        .leftJoin('api_tokens', 'api_tokens.id', 'runs.token_id')
        .leftJoin('users', 'users.id', 'runs.user_id')
        .select(sums)
        .select([key.as('key'), label.as('label')])
        .where('runs.created_at', '>=', from)
        .where('runs.created_at', '<', to)
        .where('runs.state', '!=', 'running');
      if (userId !== undefined) query = query.where('runs.user_id', '=', userId);
      const rows = await query.groupBy(key).execute();
      return rows.sort(byKey);
    },
  };
}

/** Every database has its own order for null and for text. */
function byKey({ key: one }: UsageRow, { key: other }: UsageRow): number {
  if (one === null || other === null) return Number(other === null) - Number(one === null);
  return one < other ? -1 : 1;
}

interface Grouping {
  key: RawBuilder<string | number | null>;
  label: RawBuilder<string | null>;
}

const noLabel = sql<string | null>`null`;

const groupings: Record<UsageQuery['groupBy'], Grouping> = {
  day: { key: sql<number>`runs.created_at / ${sql.lit(MS_PER_DAY)}`, label: noLabel },
  model: { key: sql<string>`runs.model`, label: noLabel },
  token: { key: sql<string | null>`runs.token_id`, label: sql<string | null>`max(api_tokens.name)` },
  user: { key: sql<string>`runs.user_id`, label: sql<string | null>`max(users.email)` },
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
] as const;
