import type { RunView } from '../stream/run-view.ts';
import { formatDollars } from '../ui/format-dollars.ts';

interface Tokens {
  inputTokens: number;
  outputTokens: number;
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @returns null when those of one of them are unknown: a part is not the sum */
function sum(usages: readonly (Tokens | null)[]): Tokens | null {
  return usages.reduce(
    (total, usage) =>
      total &&
      usage && {
        inputTokens: total.inputTokens + usage.inputTokens,
        outputTokens: total.outputTokens + usage.outputTokens,
      },
  );
}

/** @returns what its runs cost together; null when that of one of them is unknown */
function costOf(views: readonly RunView[]): { microUsd: number; isEstimate: boolean } | null {
  let microUsd = 0;
  let isEstimate = false;
  for (const { end } of views) {
    if (!end?.cost) return null;
    microUsd += end.cost.microUsd;
    isEstimate ||= end.cost.source === 'estimated';
  }
  return { microUsd, isEstimate };
}

/** @returns which model answered by its provider's own account, and who served it */
function servedBy(view: RunView | undefined): string | undefined {
  const served = view?.end?.served;
  if (!served) return undefined;
  return `Answered by ${served.model}${served.by === undefined ? '' : `, served by ${served.by}`}`;
}

interface AnswerFactsProps {
  /** Of the answer's runs, in order. */
  views: readonly RunView[];
  modelName: string;
  /** Whether there are any figures to tell of. */
  isCounted: boolean;
}

/** What is known of a finished answer; of what is not, nothing is said. */
export function AnswerFacts({ views, modelName, isCounted }: AnswerFactsProps) {
  // Until its run has ended, what was counted of an answer may not be all.
  const tokens = isCounted ? sum(views.map(({ phase, usage }) => (phase === 'ended' ? usage : null))) : null;
  const firstTokenMs = isCounted ? (views[0]?.end?.timing.firstTokenMs ?? null) : null;
  const cost = isCounted ? costOf(views) : null;
  const isEstimate = views.some(({ usage }) => usage?.source === 'estimated');
  return (
    <p className="facts" title={isEstimate ? 'The provider did not count the tokens: estimated' : undefined}>
      <span className="text-ink-soft" title={servedBy(views.at(-1))}>
        {modelName}
      </span>
      {tokens !== null && (
        <span>
          {isEstimate && '≈ '}
          {tokens.inputTokens.toLocaleString('en')} in, {tokens.outputTokens.toLocaleString('en')} out
        </span>
      )}
      {cost !== null && (
        <span>
          {cost.isEstimate && '≈ '}
          {formatDollars(cost.microUsd)}
        </span>
      )}
      {firstTokenMs !== null && <span>first token {duration(firstTokenMs)}</span>}
    </p>
  );
}
