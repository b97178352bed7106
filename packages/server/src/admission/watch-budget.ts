import { SluiceError } from '@sluice/shared';
import type { RunBudget } from './run-budget.ts';

const STEP_TOKENS = 4096;
/** After the database could not be asked. */
const PAUSE_MS = 1000;

export interface BudgetWatch {
  budget: Pick<RunBudget, 'outputTokens' | 'holdMore'>;
  /** The most that the answer can have, whatever the budget. */
  maxOutputTokens: number;
  /** The limits leave nothing more, and what was held is used up. */
  cut: (refusal: SluiceError) => void;
  /** More could not be asked for; the answer goes on, and it is tried again. */
  warn: (error: unknown) => void;
}

/**
 * Asks for more once three quarters of what is held are used, so that an answer that has a budget never waits for it.
 * @returns what is to be told how many tokens the answer has by now; it waits for nothing
 */
export function watchBudget({ budget, maxOutputTokens, cut, warn }: BudgetWatch): (tokens: number) => void {
  let [used, askAgainAt] = [0, 0];
  let isAsking = false;
  let refusal: SluiceError | undefined;
  const cutWhenUsed = () => {
    if (refusal !== undefined && used >= budget.outputTokens) cut(refusal);
  };
  const ask = async () => {
    isAsking = true;
    try {
      await budget.holdMore(Math.min(STEP_TOKENS, maxOutputTokens - budget.outputTokens));
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'budget_exceeded') refusal = error;
      else {
        askAgainAt = performance.now() + PAUSE_MS;
        warn(error);
      }
    }
    isAsking = false;
    cutWhenUsed();
  };
  return (tokens) => {
    used = tokens;
    const held = budget.outputTokens;
    if (refusal !== undefined) return cutWhenUsed();
    if (isAsking || used * 4 < held * 3 || held >= maxOutputTokens || performance.now() < askAgainAt) return;
    void ask();
  };
}
