import * as z from 'zod/mini';

/** RFC 9457 problem body of every `/api` error (`application/problem+json`). */
export const errorBodySchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  retryable: z.boolean(),
  requestId: z.string(),
  /** Of the run that failed, or of the one that an Idempotency-Key began and whose events are gone; and the message that has its answer. */
  runId: z.optional(z.string()),
  messageId: z.optional(z.string()),
});

export type ErrorBody = z.infer<typeof errorBodySchema>;
