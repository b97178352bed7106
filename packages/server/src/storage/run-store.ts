// In: a run when it is admitted, and how it ended. Out: its row: its state, and its entry in the ledger.
// Never: a second end of one run, or a second run of one Idempotency-Key.
import type { Cost, RunEndReason, Usage } from '@sluice/shared';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { CountedRun, Held } from './counted-run.ts';
import { type RunCorrections, columnsOf, createRunCorrections } from './run-corrections.ts';
import type { DatabaseKind } from './migrations.ts';
import type { Schema } from './schema.ts';

export interface NewRun {
  id: string;
  userId: string;
  /** Of the app token it was asked with. */
  tokenId: string | null;
  conversationId: string | null;
  /** The answer's message. */
  messageId: string | null;
  requestId: string;
  /** As the request named it. */
  modelAsked: string;
  model: string;
  provider: string;
  /** What stands in the ledger should this process die. */
  estimatedInputTokens: number;
  metadata: Record<string, string> | null;
  idempotency: { key: string; fingerprint: string } | null;
  /** What is set aside for it; null when it is counted for no limit. */
  held: Held | null;
  /** Which runs it. */
  processId: string;
  /** Epoch ms. */
  createdAt: number;
}

export interface RunOutcome {
  reason: RunEndReason;
  errorCode: string | null;
  model: string;
  provider: string;
  /** Upstream calls made. */
  attempts: number;
  providerRequestId: string | null;
  /** Which model answered by its provider's account; null where it did not say. */
  served: { model: string; by?: string | undefined } | null;
  /** Null when nothing can have been charged. */
  usage: Usage | null;
  cost: Cost | null;
  firstTokenMs: number | null;
  /** Null when its process died. */
  totalMs: number | null;
  /** From the abort to the upstream connection's close; null when it was not aborted, or its process died. */
  upstreamClosedMs: number | null;
  /** Epoch ms. */
  endedAt: number;
}

export interface StoredRunResult {
  reason: RunEndReason;
  errorCode: string | null;
  usage: Usage | null;
  cost: Cost | null;
  providerRequestId: string | null;
  served: RunOutcome['served'];
  upstreamClosedMs: number | null;
}

export interface StoredRun {
  id: string;
  userId: string;
  conversationId: string | null;
  messageId: string | null;
  /** Null while it is running. */
  result: StoredRunResult | null;
  model: string;
  provider: string;
  attempts: number;
  estimatedInputTokens: number;
  timing: { firstTokenMs: number | null; totalMs: number | null };
  fingerprint: string | null;
  /** Which runs, or ran, it; null for one of a version that served its database alone. */
  processId: string | null;
  /** Epoch ms. */
  createdAt: number;
}

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

const countedColumns = [
  'user_id',
  'token_id',
  'model',
  'held_tokens',
  'held_micro_usd',
  'created_at',
] as const;

function toCounted(row: Pick<Row, (typeof countedColumns)[number]>): CountedRun | null {
  if (row.held_tokens === null) return null;
  return {
    userId: row.user_id,
    tokenId: row.token_id,
    model: row.model,
    held: { tokens: row.held_tokens, microUsd: row.held_micro_usd ?? 0 },
    createdAt: row.created_at,
  };
}

type Row = Selectable<Schema['runs']>;

const noUsage = {
  output_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  reasoning_tokens: null,
  usage_source: null,
} satisfies Partial<Row>;

const noOutcome = {
  ...noUsage,
  error_code: null,
  attempts: 0,
  provider_request_id: null,
  served_model: null,
  served_by: null,
  cost_micro_usd: null,
  cost_source: null,
  first_token_ms: null,
  total_ms: null,
  stop_requested_at: null,
  upstream_closed_us: null,
  ended_at: null,
} satisfies Partial<Row>;

function toRow(run: NewRun): Row {
  return {
    ...noOutcome,
    id: run.id,
    user_id: run.userId,
    token_id: run.tokenId,
    conversation_id: run.conversationId,
    message_id: run.messageId,
    request_id: run.requestId,
    state: 'running',
    model_asked: run.modelAsked,
    model: run.model,
    provider: run.provider,
    input_tokens: run.estimatedInputTokens,
    metadata: run.metadata && JSON.stringify(run.metadata),
    idempotency_key: run.idempotency?.key ?? null,
    fingerprint: run.idempotency?.fingerprint ?? null,
    held_tokens: run.held?.tokens ?? null,
    held_micro_usd: run.held?.microUsd ?? null,
    process_id: run.processId,
    created_at: run.createdAt,
  };
}

function toEnd(outcome: RunOutcome): Partial<Row> {
  const { usage, cost, served } = outcome;
  return {
    state: outcome.reason,
    error_code: outcome.errorCode,
    model: outcome.model,
    provider: outcome.provider,
    attempts: outcome.attempts,
    provider_request_id: outcome.providerRequestId,
    served_model: served?.model ?? null,
    served_by: served?.by ?? null,
    ...(usage === null ? { ...noUsage, input_tokens: null } : columnsOf(usage)),
    cost_micro_usd: cost?.microUsd ?? null,
    cost_source: cost?.source ?? null,
    first_token_ms: outcome.firstTokenMs,
    total_ms: outcome.totalMs,
    upstream_closed_us: outcome.upstreamClosedMs && Math.round(outcome.upstreamClosedMs * 1000),
    ended_at: outcome.endedAt,
  };
}

function toUsage(row: Row): Usage | null {
  if (row.usage_source === null) return null;
  return {
    inputTokens: row.input_tokens ?? 0,
    outputTokens: row.output_tokens ?? 0,
    cacheReadTokens: row.cache_read_tokens ?? 0,
    cacheWriteTokens: row.cache_write_tokens ?? 0,
    reasoningTokens: row.reasoning_tokens ?? 0,
    source: row.usage_source,
  };
}

function toCost({ cost_micro_usd: microUsd, cost_source: source }: Row): Cost | null {
  return microUsd === null || source === null ? null : { microUsd, source };
}

function toResult(row: Row): StoredRunResult {
  return {
    reason: row.state as RunEndReason,
    errorCode: row.error_code,
    usage: toUsage(row),
    cost: toCost(row),
    providerRequestId: row.provider_request_id,
    served:
      row.served_model === null
        ? null
        : { model: row.served_model, ...(row.served_by !== null && { by: row.served_by }) },
    upstreamClosedMs: row.upstream_closed_us && row.upstream_closed_us / 1000,
  };
}

function toRun(row: Row): StoredRun {
  return {
    id: row.id,
    userId: row.user_id,
    conversationId: row.conversation_id,
    messageId: row.message_id,
    result: row.state === 'running' ? null : toResult(row),
    model: row.model,
    provider: row.provider,
    attempts: row.attempts,
    estimatedInputTokens: row.input_tokens ?? 0,
    timing: { firstTokenMs: row.first_token_ms, totalMs: row.total_ms },
    fingerprint: row.fingerprint,
    processId: row.process_id,
    createdAt: row.created_at,
  };
}
