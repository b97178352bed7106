import * as z from 'zod/mini';
import { textSchema } from './message.ts';

export const reasoningLevels = ['off', 'low', 'medium', 'high'] as const;

export const modelIdSchema = z.string().check(z.minLength(1), z.maxLength(200), z.regex(/^[\x21-\x7e]+$/));

/** What may be set for one request, and for a conversation. */
export const settingFields = {
  model: z.optional(modelIdSchema),
  temperature: z.optional(z.number().check(z.minimum(0), z.maximum(2))),
  maxOutputTokens: z.optional(z.int().check(z.positive(), z.maximum(1_000_000))),
  reasoning: z.optional(z.enum(reasoningLevels)),
};

/** Of a system prompt that is kept; one that is sent with a request may be longer. In UTF-16 code units. */
const MAX_KEPT_PROMPT = 100_000;

/**
 * What is kept with a conversation for whoever asks in it; what is left out is left to the server or the model. The server keeps it
 * and applies none of it: the page sends it with each request.
 */
export const chatSettingsSchema = z.strictObject({
  ...settingFields,
  systemPrompt: z.optional(textSchema.check(z.maxLength(MAX_KEPT_PROMPT))),
});

export type ChatSettings = z.infer<typeof chatSettingsSchema>;
