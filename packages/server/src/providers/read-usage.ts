import type { Usage } from '@sluice/shared';

/** More than any call has: what is above it is no count, and sums of such would not be whole numbers. */
const MAX_TOKENS = 1e12;

/** @returns `value` where it can be a number of tokens, else 0: upstreams send null, leave fields out, and misspell them */
export function tokensOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && value <= MAX_TOKENS ? Math.round(value) : 0;
}

/** @returns whether it counts anything: gateways send empty ones, and ones that hold only zeros, for answers of any length */
export function hasCounts({ inputTokens, outputTokens }: Usage): boolean {
  return inputTokens > 0 || outputTokens > 0;
}
