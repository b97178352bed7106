import * as z from 'zod/mini';

export const modelSchema = z.object({
  /** `provider/name`, as a chat request takes it. */
  id: z.string(),
  provider: z.string(),
  /** What people read. */
  name: z.string(),
  contextWindow: z.nullable(z.number()),
  maxOutputTokens: z.nullable(z.number()),
  capabilities: z.object({ reasoning: z.boolean(), images: z.boolean(), temperature: z.boolean() }),
  /** US dollars per million tokens; null when not known. */
  price: z.nullable(z.object({ inputPerMTok: z.number(), outputPerMTok: z.number() })),
  /** Whether its provider is configured here. */
  available: z.boolean(),
});

export type Model = z.infer<typeof modelSchema>;

/** Answer of `GET /api/models`. */
export const modelListSchema = z.object({ default: z.string(), models: z.array(modelSchema) });

export type ModelList = z.infer<typeof modelListSchema>;
