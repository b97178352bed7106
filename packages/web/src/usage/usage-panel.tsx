import type { User } from '@sluice/shared';
import { Suspense, lazy, useMemo, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { loadPatiently } from '../ui/load-patiently.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Panel } from '../ui/panel.tsx';
import { saveFile } from '../ui/save-file.ts';
import { SelectField } from '../ui/select-field.tsx';
import { t } from '../ui/text.ts';
import { LimitsPanel } from './limits-panel.tsx';
import { RangePicker } from './range-picker.tsx';
import { type Grouping, nameGroupings } from './name-groupings.ts';
import { useUsage } from './use-usage.ts';
import { writeUsageCsv } from './usage-csv.ts';
import { type UsageRange, lastDays } from './usage-range.ts';
import { UsageTable } from './usage-table.tsx';
import './usage.css';

const PlotPanel = lazy(async () => ({
  default: (await loadPatiently(() => import('./plot-panel.tsx'))).PlotPanel,
}));

/** What was used and what it cost: one's own, and everybody's for those who administer. */
export function UsagePanel({ user }: { user: User }) {
  const [range, setRange] = useState<UsageRange>(() => lastDays(30));
  const [isAll, setIsAll] = useState(false);
  const asked = useMemo(() => ({ range, isAll }), [range, isAll]);
  return (
    <>
      <LimitsPanel />
      <Panel title={t('Usage')} lead={t('Days are counted in UTC. An answer counts once it has ended.')}>
        <div className="mb-4 grid grid-cols-2 items-start gap-3 sm:grid-cols-4">
          <RangePicker onChange={setRange} />
          {user.role === 'admin' && (
            <SelectField
              label={t('Whose')}
              options={[
                ['own', t('Mine')],
                ['all', t('Everybody')],
              ]}
              value={isAll ? 'all' : 'own'}
              onChange={({ target }) => setIsAll(target.value === 'all')}
            />
          )}
        </div>
        <Suspense fallback={<p className="late text-ink-soft">{t('Loading…')}</p>}>
          <PlotPanel asked={asked} />
        </Suspense>
        <Figures range={range} isAll={isAll} />
      </Panel>
    </>
  );
}

/** The same in figures, to be read and to be taken along. */
function Figures({ range, isAll }: { range: UsageRange; isAll: boolean }) {
  const [wanted, setWanted] = useState<Grouping>('day,model');
  const groupBy = wanted === 'user' && !isAll ? 'day,model' : wanted;
  const names = nameGroupings();
  const query = useUsage({ range, isAll, groupBy });
  const choices = (Object.keys(names) as Grouping[]).filter((name) => name !== 'user' || isAll);
  const save = () => {
    if (query.data === undefined) return;
    const csv = new Blob([writeUsageCsv(query.data)], { type: 'text/csv;charset=utf-8' });
    saveFile(`usage-${range.from}-${range.to}.csv`, csv);
  };
  return (
    <>
      <div className="mt-6 mb-3 flex flex-wrap items-end justify-between gap-3">
        <SelectField
          label={t('By')}
          options={choices.map((name) => [name, names[name]] as const)}
          value={groupBy}
          onChange={({ target }) => setWanted(choices.find((name) => name === target.value) ?? 'day,model')}
        />
        <button
          type="button"
          className="quiet-button"
          disabled={query.data === undefined || query.isPlaceholderData}
          onClick={save}
        >
          <Icon name="download" className="size-4" />
          {t('Download CSV')}
        </button>
      </div>
      <Loaded query={query} what={t('The usage')}>
        {(report) => <UsageTable report={report} name={names[report.groupBy]} />}
      </Loaded>
    </>
  );
}
