import type { Cost, RunEndReason, Usage } from '@sluice/shared';
import type { Held } from './counted-run.ts';

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
  /** The app's own id of the chat it answers in. */
  chatId: string | null;
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
  chatId: string | null;
  /** Which runs, or ran, it; null for one of a version that served its database alone. */
  processId: string | null;
  /** Epoch ms. */
  createdAt: number;
}
