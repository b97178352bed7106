import type { RunView } from '../stream/run-store.ts';

const unknown = '–';

function count(tokens: number | undefined): string {
  return tokens === undefined ? unknown : tokens.toLocaleString('en');
}

function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return unknown;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @returns null when one of them is unknown */
function sum(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce((total, amount) =>
    total !== undefined && amount !== undefined ? total + amount : undefined,
  );
}

interface AnswerFactsProps {
  /** Of the answer's runs, in order. */
  views: readonly RunView[];
  modelName: string;
  /** Whether there are any figures to tell of. */
  isCounted: boolean;
}

/** What is known of a finished answer; what is not is said to be unknown, never nought. */
export function AnswerFacts({ views, modelName, isCounted }: AnswerFactsProps) {
  const usages = views.map(({ usage }) => usage);
  const isEstimate = usages.some((usage) => usage?.source === 'estimated');
  return (
    <p className="facts" title={isEstimate ? 'The provider did not count the tokens: estimated' : undefined}>
      <span className="text-ink-soft">{modelName}</span>
      {isCounted && (
        <>
          <span>
            {isEstimate && '≈ '}
            {count(sum(usages.map((usage) => usage?.inputTokens)))} in,{' '}
            {count(sum(usages.map((usage) => usage?.outputTokens)))} out
          </span>
          <span>first token {duration(views[0]?.end?.timing.firstTokenMs)}</span>
        </>
      )}
    </p>
  );
}
