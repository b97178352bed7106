import type { Stores } from '../storage/database.ts';
import type { CountedRun } from '../storage/counted-run.ts';
import type { RunOutcome } from '../storage/stored-run.ts';
import { counterKeysOf, nothing } from './counter-keys.ts';

/**
 * Releases what a run held and counts what it used, within the transaction that ends it: so once. Last in it, because others wait for
 * the counters.
 */
export async function settleRun(
  { budgets }: Stores,
  run: CountedRun,
  { model, usage, cost }: Pick<RunOutcome, 'model' | 'usage' | 'cost'>,
): Promise<void> {
  const used = {
    tokens: usage === null ? 0 : usage.inputTokens + usage.outputTokens,
    microUsd: cost?.microUsd ?? 0,
  };
  const held = counterKeysOf(run, run.createdAt);
  const release = { ...nothing, heldTokens: -run.held.tokens, heldMicroUsd: -run.held.microUsd };
  if (model === run.model) {
    await budgets.lockCounters(held);
    await budgets.addToCounters(held, { ...release, ...used });
    return;
  }
  // It was left just as another model was to take it over, which has answered nothing.
  const answered = counterKeysOf({ ...run, model }, run.createdAt);
  await budgets.lockCounters([...held, ...answered]);
  await budgets.addToCounters(held, { ...release, requests: -1 });
  await budgets.addToCounters(answered, { ...nothing, ...used, requests: 1 });
}
