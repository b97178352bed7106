import type { UsageReport } from '@sluice/shared';
import { formatCost, isCostKnown, nameRow } from './format-usage.ts';

type Sums = UsageReport['totals'];

/** Days with the latest first, all else with the most used first. */
function inOrder({ rows, groupBy }: UsageReport): UsageReport['rows'] {
  if (groupBy === 'day') return rows.toReversed();
  return rows.toSorted((a, b) => b.inputTokens + b.outputTokens - a.inputTokens - a.outputTokens);
}

const count = (amount: number) => amount.toLocaleString('en');

interface Column {
  label: string;
  show: (sums: Sums) => string;
}

const columns: readonly Column[] = [
  { label: 'Answers', show: ({ runs }) => count(runs) },
  { label: 'Errors', show: ({ errors }) => count(errors) },
  { label: 'Tokens in', show: ({ inputTokens }) => count(inputTokens) },
  { label: 'Tokens out', show: ({ outputTokens }) => count(outputTokens) },
];

const costColumn: Column = { label: 'Cost', show: formatCost };

/** @param name of what there is a row for */
export function UsageTable({ report, name }: { report: UsageReport; name: string }) {
  const { rows, totals, groupBy } = report;
  if (rows.length === 0) return <p className="text-ink-soft">Nothing was used in this time.</p>;
  const hasCost = isCostKnown(totals);
  const shown = hasCost ? [...columns, costColumn] : columns;
  const cells = (sums: Sums) => shown.map(({ label, show }) => <td key={label}>{show(sums)}</td>);
  return (
    <>
      <div className="figures-box" tabIndex={0} role="group" aria-label="Usage table">
        <table className={hasCost ? 'figures has-cost' : 'figures'}>
          <thead>
            <tr>
              <th scope="col">{name}</th>
              {shown.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {inOrder(report).map((row) => (
              <tr key={row.key}>
                <th scope="row">{nameRow(groupBy, row)}</th>
                {cells(row)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              {cells(totals)}
            </tr>
          </tfoot>
        </table>
      </div>
      {hasCost && totals.unpricedRuns > 0 && (
        <p className="mt-2 text-sm text-ink-soft">
          The cost of {count(totals.unpricedRuns)} {totals.unpricedRuns === 1 ? 'answer' : 'answers'} is not
          known.
        </p>
      )}
    </>
  );
}
