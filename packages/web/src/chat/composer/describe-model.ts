import type { Model } from '@sluice/shared';
import { formatNumber } from '../../ui/format.ts';
import { t } from '../../ui/text.ts';

/** @returns a count of tokens, shortly: `200K`, `1M` */
function shortCount(tokens: number): string {
  const [amount, unit] = tokens >= 1e6 ? [tokens / 1e6, 'M'] : [tokens / 1e3, 'K'];
  return formatNumber(amount, { maximumFractionDigits: unit === 'M' ? 1 : 0 }) + unit;
}

function describePrice({ inputPerMTok, outputPerMTok }: NonNullable<Model['price']>): string {
  if (inputPerMTok === 0 && outputPerMTok === 0) return t('free');
  const dollars = (amount: number) =>
    formatNumber(amount, {
      style: 'currency',
      currency: 'USD',
      minimumFractionDigits: Number.isInteger(amount) ? 0 : 2,
      maximumFractionDigits: 4,
    });
  return t('{input} in, {output} out per M tokens', {
    input: dollars(inputPerMTok),
    output: dollars(outputPerMTok),
  });
}

/** @returns a line on size and price, of what is known */
export function describeModel({ contextWindow, price }: Model): string {
  const parts = [
    contextWindow === null ? null : t('{count} context', { count: shortCount(contextWindow) }),
    price && describePrice(price),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
