import * as z from 'zod/mini';

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
};

/** Answer of `GET /api/usage`: runs that have ended, by when they began. */
export const usageReportSchema = z.object({
  /** RFC 3339; included. */
  from: z.string(),
  /** RFC 3339; not included. */
  to: z.string(),
  groupBy: z.enum(['day', 'model', 'token', 'user']),
  rows: z.array(
    z.object({
      /** A day in UTC (`2026-11-21`), a model's id, a token's or a user's id; null: no token, but a session. */
      key: z.nullable(z.string()),
      /** A token's name, a user's email. */
      label: z.optional(z.string()),
      ...totals,
    }),
  ),
  totals: z.object(totals),
});

export type UsageReport = z.infer<typeof usageReportSchema>;
