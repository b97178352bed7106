import type { UsageReport } from '@sluice/shared';
import { formatNumber } from '../ui/format.ts';
import { t } from '../ui/text.ts';
import { formatCost, formatSpan, formatTokens, isCostKnown, nameRow } from './format-usage.ts';

type Sums = UsageReport['totals'];

/** Days with the latest first, all else with the most used first. */
function inOrder({ rows, groupBy }: UsageReport): UsageReport['rows'] {
  const byTokens = (a: Sums, b: Sums) => b.inputTokens + b.outputTokens - a.inputTokens - a.outputTokens;
  if (groupBy === 'day') return rows.toReversed();
  if (groupBy !== 'day,model') return rows.toSorted(byTokens);
  return rows.toSorted((a, b) => (b.key ?? '').localeCompare(a.key ?? '') || byTokens(a, b));
}

interface Column {
  label: string;
  show: (sums: Sums) => string;
}

function listColumns(hasCost: boolean): readonly Column[] {
  return [
    { label: t('Answers'), show: ({ runs }) => formatNumber(runs) },
    { label: t('Errors'), show: ({ errors }) => formatNumber(errors) },
    { label: t('Tokens in'), show: (sums) => formatTokens(sums.inputTokens, sums) },
    { label: t('Tokens out'), show: (sums) => formatTokens(sums.outputTokens, sums) },
    ...(hasCost ? [{ label: t('Cost'), show: formatCost }] : []),
    { label: t('First token p50'), show: ({ firstTokenMs }) => formatSpan(firstTokenMs?.p50) },
    { label: t('p95'), show: ({ firstTokenMs }) => formatSpan(firstTokenMs?.p95) },
  ];
}

/** @param name of what there is a row for */
export function UsageTable({ report, name }: { report: UsageReport; name: string }) {
  const { rows, totals, groupBy } = report;
  if (rows.length === 0) return <p className="text-ink-soft">{t('Nothing was used in this time.')}</p>;
  const hasCost = isCostKnown(totals);
  const hasModel = groupBy === 'day,model';
  const columns = listColumns(hasCost);
  const cells = (sums: Sums) =>
    columns.map(({ label, show }) => (
      <td key={label} data-label={label}>
        {show(sums)}
      </td>
    ));
  return (
    <>
      <div className="figures-box" tabIndex={0} role="group" aria-label={t('Usage table')}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">{hasModel ? t('Day') : name}</th>
              {hasModel && (
                <th scope="col" data-words>
                  {t('Model')}
                </th>
              )}
              {columns.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {inOrder(report).map((row) => (
              <tr key={`${row.key} ${row.model}`}>
                <th scope="row">{nameRow(groupBy, row)}</th>
                {hasModel && <th scope="row">{row.model}</th>}
                {cells(row)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={hasModel ? 2 : 1}>
                {t('Total')}
              </th>
              {cells(totals)}
            </tr>
          </tfoot>
        </table>
      </div>
      <Unknown totals={totals} hasCost={hasCost} />
    </>
  );
}

function Unknown({ totals, hasCost }: { totals: Sums; hasCost: boolean }) {
  const { unpricedRuns, unmeasuredRuns } = totals;
  return (
    <div className="mt-2 text-sm text-ink-soft">
      {hasCost && unpricedRuns > 0 && (
        <p>
          {t(
            '{count, plural, one {The cost of # answer is not known.} other {The cost of # answers is not known.}}',
            {
              count: unpricedRuns,
            },
          )}
        </p>
      )}
      {unmeasuredRuns > 0 && (
        <p>
          {t(
            '{count, plural, one {The tokens of # answer are not known.} other {The tokens of # answers are not known.}}',
            { count: unmeasuredRuns },
          )}
        </p>
      )}
    </div>
  );
}
