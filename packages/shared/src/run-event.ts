import * as z from 'zod/mini';
import { costSchema, usageSchema } from './usage.ts';

/** Raised when a change to the events would break a client that follows docs/protocol.md. */
export const PROTOCOL_VERSION = 1;

export const runEndReasons = [
  'complete',
  'length',
  'refused',
  'stopped',
  'disconnected',
  'timeout',
  'budget',
  'revoked',
  'interrupted',
  'error',
] as const;

export type RunEndReason = (typeof runEndReasons)[number];

/** Which model answered, in its provider's words, and who served it behind that provider; where it says so. */
export const servedSchema = z.object({ model: z.string(), by: z.optional(z.string()) });

const usageField = z.nullable(usageSchema);

export const runStartSchema = z.object({
  type: z.literal('run-start'),
  runId: z.string(),
  model: z.string(),
  provider: z.string(),
  /** RFC 3339. */
  createdAt: z.string(),
  conversationId: z.optional(z.string()),
  userMessageId: z.optional(z.string()),
  messageId: z.optional(z.string()),
});
const textDelta = z.object({ type: z.literal('text-delta'), text: z.string() });
const reasoningDelta = z.object({ type: z.literal('reasoning-delta'), reasoning: z.string() });
const runRetry = z.object({
  type: z.literal('run-retry'),
  /** The attempt that is about to be made, 2 for the first retry. */
  attempt: z.number(),
  /** How many there will be at most, as things stand: a fallback has attempts of its own. */
  maxAttempts: z.optional(z.number()),
  delayMs: z.number(),
  reason: z.string(),
});
const runFallback = z.object({
  type: z.literal('run-fallback'),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
});
const usageEvent = z.object({ type: z.literal('usage'), usage: usageSchema });
const finish = z.object({ type: z.literal('finish'), reason: z.enum(runEndReasons) });
const error = z.object({
  type: z.literal('error'),
  /** The public message. */
  error: z.string(),
  code: z.string(),
  retryable: z.boolean(),
  /** After how long the provider would be asked again, where it says so. */
  retryAfterMs: z.optional(z.number()),
});
export const runEndSchema = z.object({
  type: z.literal('run-end'),
  done: z.literal(true),
  reason: z.enum(runEndReasons),
  /** Beyond the reason: `steered` for a run that another one goes on from. */
  detail: z.optional(z.string()),
  usage: usageField,
  cost: z.nullable(costSchema),
  /** False when the database did not take the result; it is then retried. */
  saved: z.boolean(),
  providerRequestId: z.optional(z.string()),
  served: z.optional(servedSchema),
  timing: z.object({ firstTokenMs: z.nullable(z.number()), totalMs: z.number() }),
});

/**
 * What happens in one run, in order: `run-start` first, `run-end` last and exactly once. No event but `text-delta` has a top-level
 * `text`, none but `run-end` has `done`, none but `error` has `error`, so a client may read just those three.
 * Fields this version does not know are dropped; types it does not know do not parse: see `parseRunEvent`.
 */
export const runEventSchema = z.discriminatedUnion('type', [
  runStartSchema,
  textDelta,
  reasoningDelta,
  runRetry,
  runFallback,
  usageEvent,
  finish,
  error,
  runEndSchema,
]);

export type RunEvent = z.infer<typeof runEventSchema>;
export type RunStart = z.infer<typeof runStartSchema>;
export type RunEnd = z.infer<typeof runEndSchema>;

/** An event with its place in the run: `seq` starts at 1 and has no gaps. */
export interface SequencedEvent {
  seq: number;
  event: RunEvent;
}

const knownTypes = new Set<unknown>(
  runEventSchema.def.options.map((option) => option.shape.type.def.values[0]),
);

/**
 * @param value a parsed `data:` field
 * @returns the event, or `undefined` for a type that a newer server may send and this client is to ignore
 * @throws {z.core.$ZodError} when an event of a known type has not the fields it promises
 */
export function parseRunEvent(value: unknown): RunEvent | undefined {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return knownTypes.has(type) ? z.parse(runEventSchema, value) : undefined;
}
