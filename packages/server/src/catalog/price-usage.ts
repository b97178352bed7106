import type { Price, Usage } from '@sluice/shared';

type Rates = Omit<Price, 'longContext' | 'asOf' | 'source'>;

/** @returns what tokens cost after a prompt of so many; dollars per million, which is millionths of a dollar per token */
export function ratesOf({ longContext, ...price }: Price, inputTokens: number): Rates {
  return longContext !== undefined && inputTokens > longContext.overInputTokens ? longContext : price;
}

/** @returns the price of a call, in millionths of a US dollar */
export function priceUsage(usage: Usage, price: Price): number {
  const rates = ratesOf(price, usage.inputTokens);
  const { inputPerMTok, outputPerMTok } = rates;
  const { cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage;
  const freshTokens = Math.max(0, usage.inputTokens - cacheReadTokens - cacheWriteTokens);
  const saidTokens = Math.max(0, usage.outputTokens - reasoningTokens);
  return Math.round(
    freshTokens * inputPerMTok +
      cacheReadTokens * (rates.cacheReadPerMTok ?? inputPerMTok) +
      cacheWriteTokens * (rates.cacheWritePerMTok ?? inputPerMTok) +
      saidTokens * outputPerMTok +
      reasoningTokens * (rates.reasoningPerMTok ?? outputPerMTok),
  );
}
