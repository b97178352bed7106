import type { UsageReport } from '@sluice/shared';
import { formatCost, nameRow } from './format-usage.ts';

type Sums = UsageReport['totals'];

/** Days with the latest first, all else with the most used first. */
function inOrder({ rows, groupBy }: UsageReport): UsageReport['rows'] {
  if (groupBy === 'day') return rows.toReversed();
  return rows.toSorted((a, b) => b.inputTokens + b.outputTokens - a.inputTokens - a.outputTokens);
}

const count = (amount: number) => amount.toLocaleString('en');

function Cells({ sums }: { sums: Sums }) {
  return (
    <>
      <td>{count(sums.runs)}</td>
      <td>{count(sums.errors)}</td>
      <td>{count(sums.inputTokens)}</td>
      <td>{count(sums.outputTokens)}</td>
      <td>{formatCost(sums)}</td>
    </>
  );
}

/** @param name of what there is a row for */
export function UsageTable({ report, name }: { report: UsageReport; name: string }) {
  const { rows, totals, groupBy } = report;
  if (rows.length === 0) return <p className="text-ink-soft">Nothing was used in this time.</p>;
  return (
    <>
      <div className="figures-box" tabIndex={0} role="group" aria-label="Usage table">
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">{name}</th>
              <th scope="col">Answers</th>
              <th scope="col">Errors</th>
              <th scope="col">Tokens in</th>
              <th scope="col">Tokens out</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {inOrder(report).map((row) => (
              <tr key={row.key}>
                <th scope="row">{nameRow(groupBy, row)}</th>
                <Cells sums={row} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Together</th>
              <Cells sums={totals} />
            </tr>
          </tfoot>
        </table>
      </div>
      {totals.unpricedRuns > 0 && (
        <p className="mt-2 text-sm text-ink-soft">
          The cost of {count(totals.unpricedRuns)} {totals.unpricedRuns === 1 ? 'answer' : 'answers'} is not
          known.
        </p>
      )}
    </>
  );
}
