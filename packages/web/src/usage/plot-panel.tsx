import type { UsageReport } from '@sluice/shared';
import { useMemo, useState } from 'react';
import { formatDollars } from '../ui/format-dollars.ts';
import { formatDuration, formatNumber } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { t, useLanguage } from '../ui/text.ts';
import { type Metric, plotByModel, plotFirstTokens } from './plot-series.ts';
import { type UsageAsked, useUsage } from './use-usage.ts';
import { daysOf } from './usage-range.ts';
import { UsagePlot } from './usage-plot.tsx';

type Plotted = Metric | 'first token';

const compact = (value: number) => formatNumber(value, { notation: 'compact', maximumFractionDigits: 1 });
const nameValues: Record<Plotted, (value: number) => string> = {
  tokens: compact,
  cost: formatDollars,
  answers: compact,
  errors: compact,
  'first token': formatDuration,
};

/** The days of the range as a plot: what each model added, or how long first tokens took. */
export function PlotPanel({ asked }: { asked: UsageAsked }) {
  const [plotted, setPlotted] = useState<Plotted>('tokens');
  const language = useLanguage();
  const names: Record<Plotted, string> = {
    tokens: t('Tokens'),
    cost: t('Cost'),
    answers: t('Answers'),
    errors: t('Errors'),
    'first token': t('Time to the first token'),
  };
  const choices = Object.keys(names) as Plotted[];
  const query = useUsage({ ...asked, groupBy: plotted === 'first token' ? 'day' : 'day,model' });
  return (
    <>
      <div className="mb-2 w-64 max-w-full">
        <SelectField
          label={t('Plot')}
          options={choices.map((name) => [name, names[name]] as const)}
          value={plotted}
          onChange={({ target }) => setPlotted(choices.find((name) => name === target.value) ?? 'tokens')}
        />
      </div>
      <Loaded query={query} what={t('The usage')}>
        {(report) => (
          <Plot key={language} report={report} asked={asked} plotted={plotted} title={names[plotted]} />
        )}
      </Loaded>
    </>
  );
}

interface PlotProps {
  report: UsageReport;
  asked: UsageAsked;
  plotted: Plotted;
  title: string;
}

function Plot({ report, asked, plotted, title }: PlotProps) {
  const days = useMemo(() => daysOf(asked.range), [asked.range]);
  const isTimes = plotted === 'first token';
  const series = useMemo(() => {
    if (!isTimes) return plotByModel(report, { metric: plotted, days, others: t('Others') });
    const times = plotFirstTokens(report, days);
    return times.some(({ values }) => values.some((value) => value !== null)) ? times : [];
  }, [report, plotted, isTimes, days]);
  // While another grouping is on its way, what is there does not fit.
  if (report.groupBy !== (isTimes ? 'day' : 'day,model')) return <div className="plot" />;
  if (series.length === 0) return <p className="text-ink-soft">{t('There is nothing to plot.')}</p>;
  return (
    <UsagePlot
      title={title}
      days={days}
      series={series}
      style={isTimes ? 'lines' : 'bars'}
      nameValue={nameValues[plotted]}
    />
  );
}
