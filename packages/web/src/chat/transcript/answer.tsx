import { Markdown } from '../../markdown/markdown.tsx';
import { isGrowing } from '../../stream/is-growing.ts';
import type { RunStore } from '../../stream/run-store.ts';
import type { RunView } from '../../stream/run-view.ts';
import { useRunReasoning, useRunText, useRunView } from '../../stream/use-run.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { t } from '../../ui/text.ts';
import { AnswerFacts } from './answer-facts.tsx';
import { BranchPager } from './branch-pager.tsx';
import type { ChatActions } from '../chat-actions.ts';
import { canContinue, readEndMark } from './end-mark.ts';
import { ErrorCard } from './error-card.tsx';
import type { Place, Reply } from './turn-tree.ts';

interface AnswerProps {
  /** The answer, and what goes on with it, in order; at least one. */
  places: readonly Place<Reply>[];
  /** Whether this is the answer asked for last: the one a test or a script waits for. */
  isLatest: boolean;
  /** Whether nothing follows it. */
  isLast: boolean;
  isBusy: boolean;
  /** Null where it can only be read. */
  actions: ChatActions | null;
  modelName: (id: string) => string;
}

/** An answer, live or stored: an answer and what was written on from it are one to the reader. */
export function Answer({ places, isLatest, isLast, isBusy, actions, modelName }: AnswerProps) {
  const runs = places.map(({ turn }) => turn.run);
  const [last] = places.slice(-1);
  const run = runs.at(-1);
  if (last === undefined || run === undefined) throw new Error('an answer without a run');
  const { turn } = last;
  const view = useRunView(run);
  const hasText = runs.some((each) => each.getView().hasText);
  const isWhole = !isGrowing(view);
  const isFlowing = !isWhole && !view.isStopping;
  // A request that was refused has nothing to count, and Retry beside its error.
  const hasBegun = view.runId !== null || view.failure === null;
  const mark = readEndMark(view);
  return (
    <article
      aria-label={t('Assistant')}
      className="answer"
      data-messages={namesOf(places)}
      data-stream={isLatest ? (isWhole ? 'done' : 'streaming') : undefined}
      data-flowing={isFlowing || undefined}
    >
      {runs.map((each) => each.getView().hasReasoning && <Reasoning key={each.id} run={each} />)}
      {hasText && <AnswerText runs={runs} isWhole={isWhole} />}
      {isFlowing && !view.hasText && <span className="pulse" aria-hidden="true" />}
      {mark !== null && <p className="end-mark">{mark}</p>}
      {isWhole && view.failure !== null && (
        <ErrorCard
          failure={view.failure}
          runId={view.runId}
          onRetry={isBusy || actions === null ? null : () => actions.regenerate(turn.id)}
        />
      )}
      {isWhole && (
        <footer className="turn-footer">
          {hasText && <CopyButton label={t('Copy')} text={joinText(runs)} />}
          {actions !== null && hasBegun && (
            <button
              type="button"
              className="icon-button"
              aria-label={t('Regenerate')}
              title={t('Regenerate')}
              disabled={isBusy}
              onClick={() => actions.regenerate(places[0]?.turn.id ?? turn.id)}
            >
              <Icon name="retry" />
            </button>
          )}
          {actions !== null &&
            places.map((place) => (
              <BranchPager key={place.turn.id} place={place} isDisabled={isBusy} onChoose={actions.choose} />
            ))}
          {actions !== null && isLast && hasText && turn.storedId !== null && canContinue(view) && (
            <button
              type="button"
              className="continue-button"
              disabled={isBusy}
              onClick={() => actions.continue(turn.id)}
            >
              {t('Continue')}
            </button>
          )}
          {hasBegun && view.model !== '' && (
            <AnswerFacts
              views={runs.map((each) => each.getView())}
              modelName={modelName}
              isCounted={actions !== null}
              saidAt={places[0]?.turn.saidAt ?? null}
            />
          )}
        </footer>
      )}
    </article>
  );
}

/** The server's ids of the messages it is made of, by which it is found in the page. */
function namesOf(places: readonly Place<Reply>[]): string {
  return places.map(({ turn }) => turn.storedId ?? '').join(' ');
}

function joinText(runs: readonly RunStore[]): string {
  return runs.map((run) => run.getText()).join('');
}

/** The only reader of the growing text: only the last run's can grow. */
function AnswerText({ runs, isWhole }: { runs: readonly RunStore[]; isWhole: boolean }) {
  const [last] = runs.slice(-1);
  if (last === undefined) throw new Error('an answer without a run');
  const text = useRunText(last);
  return <Markdown text={joinText(runs.slice(0, -1)) + text} isWhole={isWhole} />;
}

function Reasoning({ run }: { run: RunStore }) {
  const view: RunView = useRunView(run);
  const isOver = view.thoughtMs !== null || !isGrowing(view);
  const seconds = Math.max(1, Math.round((view.thoughtMs ?? 0) / 1000));
  const label = view.thoughtMs === null ? t('Thoughts') : t('Thought for {seconds} s', { seconds });
  return (
    <details className="reasoning">
      <summary>
        {isOver ? label : t('Thinking…')}
        <Icon name="chevron" className="size-4" />
      </summary>
      <ReasoningText run={run} />
    </details>
  );
}

function ReasoningText({ run }: { run: RunStore }) {
  return <p className="whitespace-pre-wrap">{useRunReasoning(run)}</p>;
}
