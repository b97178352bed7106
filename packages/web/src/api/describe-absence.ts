import type { Model } from '@sluice/shared';
import { t } from '../ui/text.ts';

/** @returns why a model cannot be chosen; null when it can */
export function describeAbsence(model: Model, models: readonly Model[]): string | null {
  if (model.available) return null;
  const provider = model.providerName ?? model.provider;
  const isConfigured = models.some((other) => other.provider === model.provider && other.available);
  return isConfigured
    ? t('{provider} does not offer it now', { provider })
    : t('{provider} is not configured on this server', { provider });
}
