import type { RunView } from '../../stream/run-view.ts';
import { formatDollars } from '../../ui/format-dollars.ts';
import { formatDuration, formatNumber } from '../../ui/format.ts';
import { t } from '../../ui/text.ts';
import { type AnswerFigures, readFigures } from './answer-figures.ts';
import { SaidAt } from './said-at.tsx';

/** What is not known is not nothing. */
const UNKNOWN = '–';

const orUnknown = (value: number | null, format: (value: number) => string) =>
  value === null ? UNKNOWN : format(value);

/** @returns which model answered by its provider's own account, and who served it */
function servedBy(view: RunView | undefined): string | undefined {
  const served = view?.end?.served;
  if (!served) return undefined;
  const { model, by } = served;
  return by === undefined
    ? t('Answered by {model}', { model })
    : t('Answered by {model}, served by {by}', { model, by });
}

interface AnswerFactsProps {
  /** Of the answer's runs, in order. */
  views: readonly RunView[];
  modelName: (id: string) => string;
  /** Whether there are any figures to tell of. */
  isCounted: boolean;
  /** RFC 3339; null where that is not told. */
  saidAt: string | null;
}

/** Who answered, and what is known of it. */
export function AnswerFacts({ views, modelName, isCounted, saidAt }: AnswerFactsProps) {
  const last = views.at(-1);
  const { model = '', fellBackFrom = null } = last ?? {};
  const name = modelName(model);
  // Until its run has ended, what was counted of an answer may not be all; an imported one had no run here.
  const isKnown = isCounted && views.every(({ phase, runId }) => phase === 'ended' && runId !== '');
  const read = isKnown ? readFigures(views) : null;
  // Of what failed before anything came there is nothing to tell.
  const figures = last?.failure && read?.tokens.output === null && read.firstTokenMs === null ? null : read;
  return (
    <p className="facts">
      <span title={servedBy(last)}>
        {fellBackFrom === null ? name : t('{from} → {to}', { from: modelName(fellBackFrom), to: name })}
      </span>
      {figures !== null && <Figures figures={figures} />}
      <SaidAt at={saidAt} />
    </p>
  );
}

function Figures({ figures }: { figures: AnswerFigures }) {
  const { tokens, cost, firstTokenMs, tokensPerSecond } = figures;
  const about = (isEstimate: boolean) => isEstimate && <span title={t('Estimated')}>≈ </span>;
  return (
    <>
      <span>
        {about(tokens.isEstimate)}
        {t('{input} in, {output} out', {
          input: orUnknown(tokens.input, formatNumber),
          output: orUnknown(tokens.output, formatNumber),
        })}
      </span>
      <span>
        {about(cost.isEstimate)}
        {orUnknown(cost.microUsd, formatDollars)}
      </span>
      <span>{t('first token {delay}', { delay: orUnknown(firstTokenMs, formatDuration) })}</span>
      <span>
        {t('{count} tok/s', { count: orUnknown(tokensPerSecond, (rate) => formatNumber(Math.round(rate))) })}
      </span>
    </>
  );
}
