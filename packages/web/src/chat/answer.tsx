import { Markdown } from '../markdown/markdown.tsx';
import type { RunStore, RunView } from '../stream/run-store.ts';
import { useRunReasoning, useRunText, useRunView } from '../stream/use-run.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { AnswerFacts } from './answer-facts.tsx';
import { BranchPager } from './branch-pager.tsx';
import type { ChatActions } from './chat-actions.ts';
import { readEndMark } from './end-mark.ts';
import { ErrorCard } from './error-card.tsx';
import type { Place } from './turn-tree.ts';

interface AnswerProps {
  run: RunStore;
  place: Place;
  /** Whether this is the answer asked for last: the one a test or a script waits for. */
  isLatest: boolean;
  isBusy: boolean;
  actions: ChatActions;
}

export function Answer({ run, place, isLatest, isBusy, actions }: AnswerProps) {
  const view = useRunView(run);
  const hasEnded = view.phase === 'ended';
  const isFlowing = !hasEnded && !view.isStopping;
  // A request that was refused has nothing to count, and Retry beside its error.
  const hasBegun = view.runId !== null || view.failure === null;
  const mark = readEndMark(view);
  const retry = isBusy ? null : () => actions.regenerate(run.id);
  return (
    <article
      aria-label="Assistant"
      className="answer"
      data-stream={isLatest ? (hasEnded ? 'done' : 'streaming') : undefined}
      data-flowing={isFlowing || undefined}
    >
      {view.hasReasoning && <Reasoning run={run} view={view} />}
      {view.hasText && <AnswerText run={run} isWhole={hasEnded} />}
      {isFlowing && !view.hasText && <span className="pulse" aria-hidden="true" />}
      {mark !== null && <p className="end-mark">{mark}</p>}
      {hasEnded && view.failure !== null && (
        <ErrorCard failure={view.failure} runId={view.runId} onRetry={retry} />
      )}
      {hasEnded && (
        <footer className="turn-footer">
          {view.hasText && <CopyButton label="Copy" text={run.getText()} />}
          {hasBegun && (
            <button
              type="button"
              className="icon-button"
              aria-label="Regenerate"
              title="Regenerate"
              disabled={isBusy}
              onClick={() => actions.regenerate(run.id)}
            >
              <Icon name="retry" />
            </button>
          )}
          <BranchPager place={place} isDisabled={isBusy} onChoose={actions.choose} />
          {hasBegun && <AnswerFacts view={view} modelName={actions.modelName(view.model)} />}
        </footer>
      )}
    </article>
  );
}

/** The only reader of the growing text. */
function AnswerText({ run, isWhole }: { run: RunStore; isWhole: boolean }) {
  return <Markdown text={useRunText(run)} isWhole={isWhole} />;
}

function Reasoning({ run, view }: { run: RunStore; view: RunView }) {
  const isOver = view.thoughtMs !== null || view.phase === 'ended';
  const seconds = Math.max(1, Math.round((view.thoughtMs ?? 0) / 1000));
  const label = view.thoughtMs === null ? 'Thoughts' : `Thought for ${seconds} s`;
  return (
    <details className="reasoning">
      <summary>
        {isOver ? label : 'Thinking…'}
        <Icon name="chevron" className="size-4" />
      </summary>
      <ReasoningText run={run} />
    </details>
  );
}

function ReasoningText({ run }: { run: RunStore }) {
  return <p className="whitespace-pre-wrap">{useRunReasoning(run)}</p>;
}
