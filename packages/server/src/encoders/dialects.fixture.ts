import type { RunEvent } from '@sluice/shared';
import type { Encoder } from './encoder.ts';

const usage = {
  inputTokens: 12,
  outputTokens: 5,
  cacheReadTokens: 4,
  cacheWriteTokens: 3,
  reasoningTokens: 2,
  source: 'provider' as const,
};

export const end = (reason: Extract<RunEvent, { type: 'run-end' }>['reason']): RunEvent => ({
  type: 'run-end',
  done: true,
  reason,
  usage,
  cost: { microUsd: 42, source: 'catalog' },
  saved: true,
  timing: { firstTokenMs: 1, totalMs: 2 },
});

export const failed: RunEvent = {
  type: 'error',
  error: 'The answer was cut off',
  code: 'upstream_truncated',
  retryable: true,
};

/** A run with everything that can come before its end. */
export const beginning: readonly RunEvent[] = [
  { type: 'run-start', runId: 'r1', model: 'a/first', provider: 'a', createdAt: '2026-11-21T12:00:00.000Z' },
  { type: 'run-retry', attempt: 2, delayMs: 10, reason: 'upstream_overloaded' },
  { type: 'run-fallback', from: 'a/first', to: 'b/second', reason: 'upstream_overloaded' },
  { type: 'reasoning-delta', reasoning: 'Hm.' },
  { type: 'text-delta', text: 'Hi \ud83d' },
  { type: 'text-delta', text: '\ude00\n' },
  { type: 'usage', usage },
  { type: 'finish', reason: 'complete' },
];

export function encodeAll(encoder: Encoder, events: readonly RunEvent[]): string {
  return encoder.encode(events.map((event, index) => ({ seq: index + 1, json: JSON.stringify(event) })));
}
