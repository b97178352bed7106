import * as z from 'zod/mini';
import { runEndReasons } from './run-event.ts';
import { costSchema, usageSchema } from './usage.ts';

/** Answer of `POST /api/chat`. */
export const chatAnswerSchema = z.object({
  runId: z.string(),
  conversationId: z.optional(z.string()),
  /** Of the answer, in its conversation. */
  messageId: z.optional(z.string()),
  /** Of what was asked. */
  userMessageId: z.optional(z.string()),
  message: z.object({
    role: z.literal('assistant'),
    content: z.string(),
    reasoning: z.optional(z.string()),
  }),
  /** Who answered: as asked, or a fallback. */
  model: z.string(),
  provider: z.string(),
  reason: z.enum(runEndReasons),
  usage: z.nullable(usageSchema),
  cost: z.nullable(costSchema),
  /** False when the database did not take the result; it is then retried. */
  saved: z.boolean(),
});

export type ChatAnswer = z.infer<typeof chatAnswerSchema>;
