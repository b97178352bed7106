import { type LimitState, limitStateListSchema } from '@sluice/shared';
import { useQuery } from '@tanstack/react-query';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { formatDollars } from '../ui/format-dollars.ts';
import { formatNumber } from '../ui/format.ts';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { t } from '../ui/text.ts';
import { nameLimit } from './name-limit.ts';

function LimitRow({ limit }: { limit: LimitState }) {
  const { amount, used, held, left, resetsAt } = limit;
  const count = limit.unit === 'microUsd' ? formatDollars : (of: number) => formatNumber(of);
  const name = nameLimit(limit);
  const figures = t('{used} of {amount}', { used: count(used), amount: count(amount) });
  const share = (part: number) => `${amount === 0 ? 100 : Math.min(100, (part / amount) * 100)}%`;
  return (
    <li className="py-2.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <p className="font-medium wrap-anywhere">{name}</p>
        <p className="tabular-nums">{figures}</p>
      </div>
      <div
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={amount}
        aria-valuenow={Math.min(used, amount)}
        aria-valuetext={figures}
        className={left === 0 ? 'meter is-full' : 'meter'}
      >
        <span className="meter-held" style={{ width: share(used + held) }} />
        <span style={{ width: share(used) }} />
      </div>
      <p className="text-sm text-ink-soft">
        {left === 0 && held === 0 ? t('Used up') : t('{amount} left', { amount: count(left) })}
        {held > 0 && `, ${t('{amount} held for answers being written', { amount: count(held) })}`} ·{' '}
        {t('begins anew')} <Moment at={resetsAt} />
      </p>
    </li>
  );
}

/** How much of one's limits is used; nothing for whom none applies. */
export function LimitsPanel() {
  const { connection } = useSession();
  const { data } = useQuery({
    queryKey: ['limits'],
    queryFn: ({ signal }) =>
      requestJson(connection, '/api/me/limits', { schema: limitStateListSchema, signal }),
  });
  if (data === undefined || data.limits.length === 0) return null;
  return (
    <Panel title={t('Limits')} lead={t('What you may use in a day or a month, counted in UTC.')}>
      <ul aria-label={t('Limits')} className="rows">
        {data.limits.map((limit) => (
          <LimitRow key={`${limit.subject} ${limit.id} ${limit.period} ${limit.unit}`} limit={limit} />
        ))}
      </ul>
    </Panel>
  );
}
