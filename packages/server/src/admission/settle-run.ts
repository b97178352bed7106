import type { Usage } from '@sluice/shared';
import type { Stores } from '../storage/database.ts';
import type { CountedRun } from '../storage/run-store.ts';
import { counterKeysOf } from './counter-keys.ts';

/** Releases what a run held and counts what it used, within the transaction that ends it: so once. Last in it, because others wait for the counters. */
export async function settleRun(stores: Stores, run: CountedRun, usage: Usage | null): Promise<void> {
  const keys = counterKeysOf(run, run.createdAt);
  const tokens = usage === null ? 0 : usage.inputTokens + usage.outputTokens;
  await stores.budgets.lockCounters(keys);
  await stores.budgets.addToCounters(keys, { requests: 0, tokens, heldTokens: -run.heldTokens });
}
