import * as z from 'zod/mini';

/** What the rows of a report are about. */
export const usageGroupings = ['day', 'model', 'token', 'user', 'day,model'] as const;

const totals = {
  runs: z.number(),
  /** Runs that ended with an error, a timeout included. */
  errors: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
  reasoningTokens: z.number(),
  /** Of the runs whose cost is known, in millionths of a US dollar. */
  costMicroUsd: z.number(),
  /** Runs with tokens whose cost is not known. */
  unpricedRuns: z.number(),
  /** Runs whose tokens nobody knows, such as those that an upstream refused: the sums of tokens are without them. */
  unmeasuredRuns: z.number(),
  /** From the start of a run to its first token, of those that came to one: so long at most for 50 and for 95 of 100. Null for none. */
  firstTokenMs: z.nullable(z.object({ p50: z.number(), p95: z.number() })),
};

/** Answer of `GET /api/usage`: runs that have ended, by when they began. */
export const usageReportSchema = z.object({
  /** RFC 3339; included. */
  from: z.string(),
  /** RFC 3339; not included. */
  to: z.string(),
  groupBy: z.enum(usageGroupings),
  rows: z.array(
    z.object({
      /** A day in UTC (`2026-11-21`), a model's id, a token's or a user's id; null: no token, but a session. */
      key: z.nullable(z.string()),
      /** Of `day,model`: the other half of what the row is about. */
      model: z.optional(z.string()),
      /** A token's name, a user's email. */
      label: z.optional(z.string()),
      ...totals,
    }),
  ),
  totals: z.object(totals),
});

export type UsageReport = z.infer<typeof usageReportSchema>;
