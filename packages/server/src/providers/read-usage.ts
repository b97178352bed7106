/** @returns `value` where it can be a number of tokens, else 0: upstreams send null, leave fields out, and misspell them */
export function tokensOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}
