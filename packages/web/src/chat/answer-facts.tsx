import type { RunView } from '../stream/run-store.ts';

const unknown = '–';

function count(tokens: number | undefined): string {
  return tokens === undefined ? unknown : tokens.toLocaleString('en');
}

function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return unknown;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** What is known of a finished run; what is not is said to be unknown, never nought. */
export function AnswerFacts({ view, modelName }: { view: RunView; modelName: string }) {
  const isEstimate = view.usage?.source === 'estimated';
  return (
    <p className="facts" title={isEstimate ? 'The provider did not count the tokens: estimated' : undefined}>
      <span className="text-ink-soft">{modelName}</span>
      <span>
        {isEstimate && '≈ '}
        {count(view.usage?.inputTokens)} in, {count(view.usage?.outputTokens)} out
      </span>
      <span>first token {duration(view.end?.timing.firstTokenMs)}</span>
    </p>
  );
}
