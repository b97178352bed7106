import { type UsageReport, type User, usageReportSchema } from '@sluice/shared';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Panel } from '../ui/panel.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { LimitsPanel } from './limits-panel.tsx';
import { UsageTable } from './usage-table.tsx';

const MS_PER_DAY = 86_400_000;

const ranges = [
  ['1', 'Today'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['365', 'Last year'],
] as const;

const groups: Record<UsageReport['groupBy'], string> = {
  day: 'Day',
  model: 'Model',
  token: 'Token',
  user: 'Person',
};

const whose = [
  ['own', 'Mine'],
  ['all', 'Everybody'],
] as const;

/** What was used and what it cost: one's own, and everybody's for those who administer. */
export function UsagePanel({ user }: { user: User }) {
  const { connection } = useSession();
  const [days, setDays] = useState('30');
  const [groupBy, setGroupBy] = useState('day');
  const [scope, setScope] = useState('own');
  const isAdmin = user.role === 'admin';
  // Days are counted in UTC, as the ledger does; today is one of them.
  const from = new Date(Date.now() - (Number(days) - 1) * MS_PER_DAY).toISOString().slice(0, 10);
  const asked = new URLSearchParams({ from, groupBy, ...(scope === 'all' && { user: scope }) });
  const query = useQuery({
    queryKey: ['usage', asked.toString()],
    queryFn: ({ signal }) =>
      requestJson(connection, `/api/usage?${asked}`, { schema: usageReportSchema, signal }),
    placeholderData: keepPreviousData,
  });
  const choices = Object.entries(groups).filter(([name]) => name !== 'user' || scope === 'all');
  return (
    <>
      <LimitsPanel />
      <Panel title="Usage" lead="Days are counted in UTC. An answer counts once it has ended.">
        <div className="mb-4 grid grid-cols-2 gap-3 sm:grid-cols-3">
          <SelectField
            label="Time"
            options={ranges}
            value={days}
            onChange={({ target }) => setDays(target.value)}
          />
          <SelectField
            label="By"
            options={choices}
            value={groupBy}
            onChange={({ target }) => setGroupBy(target.value)}
          />
          {isAdmin && (
            <SelectField
              label="Whose"
              options={whose}
              value={scope}
              onChange={({ target }) => {
                setScope(target.value);
                if (groupBy === 'user') setGroupBy('day');
              }}
            />
          )}
        </div>
        <Loaded query={query} what="The usage">
          {(report) => <UsageTable report={report} name={groups[report.groupBy]} />}
        </Loaded>
      </Panel>
    </>
  );
}
