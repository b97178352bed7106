import type { RunView } from '../../stream/run-view.ts';

/** Of an answer and what goes on with it, together; null where that of one of its runs is not known: a part is not the sum. */
export interface AnswerFigures {
  tokens: { input: number | null; output: number | null; isEstimate: boolean };
  cost: { microUsd: number | null; isEstimate: boolean };
  firstTokenMs: number | null;
  /** Of the time from each run's first token to its end. */
  tokensPerSecond: number | null;
}

function sum(values: readonly (number | null | undefined)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null || value === undefined) return null;
    total += value;
  }
  return total;
}

/** @returns null of a run without a token */
function writingMs({ end }: RunView): number | null {
  const { firstTokenMs = null, totalMs = 0 } = end?.timing ?? {};
  return firstTokenMs === null ? null : totalMs - firstTokenMs;
}

/** Less than that is the network's pace, not the model's. */
const MIN_PACE_MS = 100;

/** @param views of ended runs, in order */
export function readFigures(views: readonly RunView[]): AnswerFigures {
  const output = sum(views.map(({ usage }) => usage?.outputTokens));
  const spentMs = sum(views.map(writingMs));
  return {
    tokens: {
      input: sum(views.map(({ usage }) => usage?.inputTokens)),
      output,
      isEstimate: views.some(({ usage }) => usage?.source === 'estimated'),
    },
    cost: {
      microUsd: sum(views.map(({ end }) => end?.cost?.microUsd)),
      isEstimate: views.some(({ end }) => end?.cost?.source === 'estimated'),
    },
    firstTokenMs: views[0]?.end?.timing.firstTokenMs ?? null,
    // An answer that came in one piece, or nearly so, has no pace.
    tokensPerSecond:
      output === null || spentMs === null || spentMs < MIN_PACE_MS ? null : (output / spentMs) * 1000,
  };
}
