import type { Cost, Usage } from '@sluice/shared';

/** What neither dialect has a field for; their clients pass over it. */
export const toSluiceExtra = (runId: string, usage: Usage | null, cost: Cost | null) => ({
  runId,
  cost,
  usageSource: usage?.source ?? null,
});
