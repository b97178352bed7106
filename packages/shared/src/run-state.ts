import * as z from 'zod/mini';
import { runEndReasons } from './run-event.ts';
import { costSchema, usageSchema } from './usage.ts';

/** Answer of `GET /api/runs/:id`, and each of `runListSchema`. */
export const runStateSchema = z.object({
  runId: z.string(),
  /** `running`, or how it ended. */
  state: z.enum(['running', ...runEndReasons]),
  model: z.string(),
  provider: z.string(),
  /** Upstream calls made so far. */
  attempts: z.number(),
  usage: z.nullable(usageSchema),
  cost: z.nullable(costSchema),
  /** RFC 3339. */
  createdAt: z.string(),
  conversationId: z.optional(z.string()),
  messageId: z.optional(z.string()),
});

export type RunState = z.infer<typeof runStateSchema>;

/** Answer of `GET /api/runs?active=true`. */
export const runListSchema = z.object({ runs: z.array(runStateSchema) });
