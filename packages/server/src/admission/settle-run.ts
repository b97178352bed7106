import type { Stores } from '../storage/database.ts';
import type { CountedRun, RunOutcome } from '../storage/run-store.ts';
import { counterKeysOf } from './counter-keys.ts';

/**
 * Releases what a run held and counts what it used, within the transaction that ends it: so once. Last in it, because others wait for
 * the counters.
 */
export async function settleRun(
  { budgets }: Stores,
  run: CountedRun,
  { model, usage }: Pick<RunOutcome, 'model' | 'usage'>,
): Promise<void> {
  const tokens = usage === null ? 0 : usage.inputTokens + usage.outputTokens;
  const held = counterKeysOf(run, run.createdAt);
  const release = { requests: 0, tokens: 0, heldTokens: -run.heldTokens };
  if (model === run.model) {
    await budgets.lockCounters(held);
    await budgets.addToCounters(held, { ...release, tokens });
    return;
  }
  // It was left just as another model was to take it over, which has answered nothing.
  const used = counterKeysOf({ ...run, model }, run.createdAt);
  await budgets.lockCounters([...held, ...used]);
  await budgets.addToCounters(held, { ...release, requests: -1 });
  await budgets.addToCounters(used, { requests: 1, tokens, heldTokens: 0 });
}
