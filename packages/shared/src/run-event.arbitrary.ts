import fc from 'fast-check';
import { type RunEvent, runEndReasons } from './run-event.ts';

/** Text as models write it and as attackers would: separators, controls, emoji, halves of surrogate pairs. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\u2028',
    '\0',
    'data: x',
    '\nid: 9\n',
    '\nevent: y\n\n',
    '👩‍👩‍👧',
    '\ud83d',
  ),
);
const count = fc.nat();
const usage = fc.record({
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  reasoningTokens: count,
  source: fc.constantFrom('provider' as const, 'estimated' as const),
});
const cost = fc.record({ microUsd: count, source: fc.constantFrom('provider' as const, 'catalog' as const) });
const reason = fc.constantFrom(...runEndReasons);

/** Every event of the protocol, with any text in its text fields. */
export const arbitraryRunEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record(
    {
      type: fc.constant('run-start' as const),
      runId: text,
      model: text,
      provider: text,
      createdAt: text,
      conversationId: text,
    },
    { requiredKeys: ['type', 'runId', 'model', 'provider', 'createdAt'] },
  ),
  fc.record({ type: fc.constant('text-delta' as const), text }),
  fc.record({ type: fc.constant('reasoning-delta' as const), reasoning: text }),
  fc.record(
    {
      type: fc.constant('run-retry' as const),
      attempt: count,
      maxAttempts: count,
      delayMs: count,
      reason: text,
    },
    { requiredKeys: ['type', 'attempt', 'delayMs', 'reason'] },
  ),
  fc.record({ type: fc.constant('run-fallback' as const), from: text, to: text, reason: text }),
  fc.record({ type: fc.constant('usage' as const), usage }),
  fc.record({ type: fc.constant('finish' as const), reason }),
  fc.record({ type: fc.constant('error' as const), error: text, code: text, retryable: fc.boolean() }),
  fc.record(
    {
      type: fc.constant('run-end' as const),
      done: fc.constant(true as const),
      reason,
      detail: text,
      usage: fc.option(usage),
      cost: fc.option(cost),
      saved: fc.boolean(),
      timing: fc.record({ firstTokenMs: fc.option(count), totalMs: count }),
    },
    { requiredKeys: ['type', 'done', 'reason', 'usage', 'cost', 'saved', 'timing'] },
  ),
);
