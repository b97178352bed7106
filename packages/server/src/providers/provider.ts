// In: one generation request in our words, and the signal that ends it.
// Out: batches of events, one batch per upstream read, the API's own terminal as `finish`.
// Never: retries, limits on the time of an answer, sockets of ours, or a quiet end without the upstream's terminal.
import type { ChatRequest, Message, RunEvent, Usage } from '@sluice/shared';
import type { ModelDialect, OfferedModel } from '../catalog/catalog-model.ts';

export interface ProviderRequest {
  /** The upstream's own model name, without our provider prefix. */
  model: string;
  /** At least one; the last is the user's. Roles `system` may stand anywhere. */
  messages: readonly Message[];
  systemPrompt?: string;
  /** Upper bound the caller asks for. */
  maxOutputTokens?: number;
  /** What the model can write at most, where known: the bound for APIs that demand one when the caller gave none. */
  modelOutputLimit?: number;
  temperature?: number;
  /** How much to think; left out: as the model does by itself. Asked only of a model whose dialect has a form for it. */
  reasoning?: NonNullable<ChatRequest['reasoning']>;
  dialect: ModelDialect;
}

export type ProviderEvent =
  | Extract<RunEvent, { type: 'text-delta' | 'reasoning-delta' }>
  /**
   * Cumulative: the last one counts. Normal form of docs/protocol.md: cache inside input, reasoning inside output. One that comes
   * before the answer has `source: 'estimated'`: its input is already charged, its output is not known yet.
   */
  | { type: 'usage'; usage: Usage }
  /** The API's terminal was seen. Nothing but `usage`, `cost` and `call` follow. */
  | { type: 'finish'; reason: 'complete' | 'length' | 'refused' }
  /** The upstream's id of this call, as soon as it is known; for support and for the ledger. A later one replaces it. */
  | { type: 'call'; providerRequestId: string }
  /** What the call costs by the upstream's own account, in millionths of a US dollar. The last one counts. */
  | { type: 'cost'; microUsd: number }
  /** Which model really answers, in the upstream's words, and at which provider behind it; once, where it says so. */
  | { type: 'served'; model: string; by?: string };

/** What a call turned out to be, by the upstream's own account. */
export interface CallRecord {
  usage?: Usage;
  microUsd?: number;
}

export interface Provider {
  /** First half of every model id: `anthropic/…`. */
  readonly id: string;
  /**
   * Makes exactly one upstream call when iteration begins.
   *
   * Each batch holds what one upstream read brought, in order, neighbouring deltas of one type merged; an empty batch is a sign of life (ping, comment, headers). Batches
   * never wait for each other: the first token is handed on at once. Exactly one `finish` comes before the end of the iteration,
   * which may follow up to two seconds later: the rest of the body is read, so that the connection can be used again.
   *
   * When `signal` aborts, or the consumer leaves the loop, the upstream connection is destroyed, and the iteration settles only
   * once it is closed: that is the proof Stop reports. An aborted iteration throws the signal's reason.
   *
   * @throws {SluiceError} `upstream_*` and `context_length_exceeded`, `upstream_truncated` for an end without a terminal. Upstream bodies
   * and keys never reach `details`.
   */
  generate(request: ProviderRequest, signal: AbortSignal): AsyncIterable<readonly ProviderEvent[]>;

  /**
   * What the upstream offers now, where it can say so.
   *
   * @throws {SluiceError} `upstream_*`
   */
  listModels?(signal: AbortSignal): Promise<readonly OfferedModel[]>;

  /**
   * What a call has cost that was left before it said so, where the upstream keeps accounts.
   *
   * @returns undefined while it has none of this call
   * @throws {SluiceError} `upstream_*`
   */
  findCall?(providerRequestId: string, signal: AbortSignal): Promise<CallRecord | undefined>;
}
