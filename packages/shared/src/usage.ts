import * as z from 'zod/mini';

/** Tokens of one run. Cache reads and writes are inside `inputTokens`, reasoning is inside `outputTokens`. */
export const usageSchema = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
  reasoningTokens: z.number(),
  /** `estimated` when the provider did not say, for example because the call was stopped. */
  source: z.enum(['provider', 'estimated']),
});

export type Usage = z.infer<typeof usageSchema>;

/** Price of one run, in millionths of a US dollar. */
export const costSchema = z.object({
  microUsd: z.number(),
  source: z.enum(['provider', 'catalog', 'estimated']),
});

export type Cost = z.infer<typeof costSchema>;
