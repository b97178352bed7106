import type { Cost, RunEndReason, Usage } from '@sluice/shared';
import type { Selectable } from 'kysely';
import type { CountedRun } from './counted-run.ts';
import type { Schema } from './schema.ts';
import type { NewRun, RunOutcome, StoredRun, StoredRunResult } from './stored-run.ts';

type Row = Selectable<Schema['runs']>;

export const countedColumns = [
  'user_id',
  'token_id',
  'model',
  'held_tokens',
  'held_micro_usd',
  'created_at',
] as const;

export function toCounted(row: Pick<Row, (typeof countedColumns)[number]>): CountedRun | null {
  if (row.held_tokens === null) return null;
  return {
    userId: row.user_id,
    tokenId: row.token_id,
    model: row.model,
    held: { tokens: row.held_tokens, microUsd: row.held_micro_usd ?? 0 },
    createdAt: row.created_at,
  };
}

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

export function toRow(run: NewRun): Row {
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
    chat_id: run.chatId,
    created_at: run.createdAt,
  };
}

export function toEnd(outcome: RunOutcome): Partial<Row> {
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

export function toRun(row: Row): StoredRun {
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
    chatId: row.chat_id,
    processId: row.process_id,
    createdAt: row.created_at,
  };
}

/** @returns usage as a row of the ledger has it */
export function columnsOf(usage: Usage) {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    reasoning_tokens: usage.reasoningTokens,
    usage_source: usage.source,
  };
}
