// In: calls that were left before their provider said what they cost. Out: the ledger's entries, as the provider says later.
// Never: a wait of anybody's; where the provider does not say in time, the estimate stands.
import { counterKeysOf, nothing } from '../admission/counter-keys.ts';
import type { Logger } from '../observability/logger.ts';
import type { Provider } from '../providers/provider.ts';
import type { Database } from '../storage/database.ts';
import { within } from './within.ts';

interface LeftCall {
  runId: string;
  provider: Provider;
  providerRequestId: string;
}

export interface CostCorrector extends Disposable {
  note(call: LeftCall): void;
}

interface CorrectorPorts {
  database: Database;
  logger: Logger;
  /** Before each look, ms. A provider needs a moment to write down what it was left with. */
  delaysMs?: readonly number[];
}

const DELAYS_MS = [1000, 5000, 20_000];
/** One look. */
const PATIENCE_MS = 10_000;

export function correctCosts({ database, logger, delaysMs = DELAYS_MS }: CorrectorPorts): CostCorrector {
  const closed = new AbortController();
  const left = Promise.withResolvers<true>();

  async function look({ runId, provider, providerRequestId }: LeftCall): Promise<void> {
    for (const delayMs of delaysMs) {
      if (await within(delayMs, left.promise)) return;
      try {
        const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(PATIENCE_MS)]);
        const found = await provider.findCall?.(providerRequestId, signal);
        if (found?.microUsd === undefined) continue;
        const correction = { usage: found.usage ?? null, microUsd: found.microUsd };
        if (await correct(database, runId, correction)) return;
      } catch (error) {
        logger.debug({ err: error, runId }, 'what a call cost could not be asked for');
      }
    }
  }

  return {
    note: (call) => void look(call),
    [Symbol.dispose]() {
      left.resolve(true);
      closed.abort();
    },
  };
}

/** @returns false when its end is still to be written */
async function correct(
  database: Database,
  runId: string,
  correction: Parameters<Database['runs']['correct']>[1],
): Promise<boolean> {
  return database.transaction(async ({ runs, budgets }) => {
    await budgets.keepMakersOut();
    const corrected = await runs.correct(runId, correction);
    if (corrected === 'running') return false;
    if (corrected === 'known') return true;
    const { counted, tokens, microUsd } = corrected;
    const keys = counterKeysOf(counted, counted.createdAt);
    await budgets.lockCounters(keys);
    await budgets.addToCounters(keys, { ...nothing, tokens, microUsd });
    return true;
  });
}
