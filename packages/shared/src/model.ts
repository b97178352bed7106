import * as z from 'zod/mini';
import { reasoningLevels } from './chat-settings.ts';

/** Tokens' prices, in US dollars per million. */
const pricesPerMTok = {
  inputPerMTok: z.number(),
  outputPerMTok: z.number(),
  /** Left out: as other output. */
  reasoningPerMTok: z.optional(z.number()),
  /** Left out: as other input. */
  cacheReadPerMTok: z.optional(z.number()),
  cacheWritePerMTok: z.optional(z.number()),
};

export const priceSchema = z.object({
  ...pricesPerMTok,
  /** What a prompt of more than so many tokens costs instead, with its answer. */
  longContext: z.optional(z.object({ overInputTokens: z.number(), ...pricesPerMTok })),
  /** When it was looked up, `YYYY-MM-DD`. */
  asOf: z.optional(z.string()),
  /** Where: an address, or `config` or the provider's own list. */
  source: z.optional(z.string()),
});

export type Price = z.infer<typeof priceSchema>;

export const capabilitiesSchema = z.object({
  /** Whether it takes the option `reasoning`. */
  reasoning: z.boolean(),
  /** What of it: a model that always thinks does not take `off`. Empty where it takes none. */
  reasoningLevels: z.array(z.enum(reasoningLevels)),
  /** Images in messages of the user. */
  images: z.boolean(),
  temperature: z.boolean(),
  /** The highest it takes; left out: 2. */
  maxTemperature: z.optional(z.number()),
  /** Whether it goes on with an answer that is the last thing said. One that does not is asked to. */
  prefill: z.boolean(),
});

export type Capabilities = z.infer<typeof capabilitiesSchema>;

export const modelSchema = z.object({
  /** `provider/name`, as a chat request takes it. */
  id: z.string(),
  provider: z.string(),
  /** What people read for the provider. */
  providerName: z.optional(z.string()),
  /** What people read. */
  name: z.string(),
  /** Other names that a chat request may call it by. */
  aliases: z.optional(z.array(z.string())),
  contextWindow: z.nullable(z.number()),
  maxOutputTokens: z.nullable(z.number()),
  capabilities: capabilitiesSchema,
  /** Null when not known. */
  price: z.nullable(priceSchema),
  /** Whether its provider is configured here, and has it. */
  available: z.boolean(),
});

export type Model = z.infer<typeof modelSchema>;

/** Answer of `GET /api/models`. */
export const modelListSchema = z.object({ default: z.string(), models: z.array(modelSchema) });

export type ModelList = z.infer<typeof modelListSchema>;
