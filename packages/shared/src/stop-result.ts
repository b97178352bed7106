import * as z from 'zod/mini';

/** Answer of `POST /api/runs/:id/stop`. */
export const stopResultSchema = z.object({
  runId: z.string(),
  /** `stopped` once the upstream connection is closed, `stopping` when that took too long, else how the run had ended. */
  state: z.string(),
  /** From the stop to the upstream connection's close; null when there was none or it is not closed yet. */
  upstreamClosedMs: z.nullable(z.number()),
});

export type StopResult = z.infer<typeof stopResultSchema>;
