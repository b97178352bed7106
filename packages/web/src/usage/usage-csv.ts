import type { UsageReport } from '@sluice/shared';

type Row = UsageReport['rows'][number];
type Cell = string | number | null;

const MICRO = 1_000_000;

const keyNames: Record<UsageReport['groupBy'], string> = {
  day: 'day',
  model: 'model',
  token: 'token',
  user: 'user',
  'day,model': 'day',
};

/** Names are for programs: they stay as they are in every language. */
const columns: readonly (readonly [name: string, read: (row: Row) => Cell])[] = [
  ['answers', ({ runs }) => runs],
  ['errors', ({ errors }) => errors],
  ['input_tokens', (row) => tokens(row, row.inputTokens)],
  ['output_tokens', (row) => tokens(row, row.outputTokens)],
  ['cache_read_tokens', (row) => tokens(row, row.cacheReadTokens)],
  ['cache_write_tokens', (row) => tokens(row, row.cacheWriteTokens)],
  ['reasoning_tokens', (row) => tokens(row, row.reasoningTokens)],
  [
    'cost_usd',
    ({ costMicroUsd, unpricedRuns }) =>
      costMicroUsd === 0 && unpricedRuns > 0 ? null : costMicroUsd / MICRO,
  ],
  ['answers_without_price', ({ unpricedRuns }) => unpricedRuns],
  ['answers_without_tokens', ({ unmeasuredRuns }) => unmeasuredRuns],
  ['first_token_p50_ms', ({ firstTokenMs }) => firstTokenMs?.p50 ?? null],
  ['first_token_p95_ms', ({ firstTokenMs }) => firstTokenMs?.p95 ?? null],
];

function tokens({ runs, unmeasuredRuns }: Row, count: number): Cell {
  return unmeasuredRuns === runs ? null : count;
}

/**
 * A cell as RFC 4180 has it; nothing for what is not known. A text that a spreadsheet would take for a formula is given an
 * apostrophe before it (OWASP, CSV injection): names of models and tokens are chosen by people.
 */
function writeCell(value: Cell): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @returns the rows of a report as a file for spreadsheets, with a line of names */
export function writeUsageCsv({ rows, groupBy }: UsageReport): string {
  const hasModel = groupBy === 'day,model';
  const hasLabel = groupBy === 'token' || groupBy === 'user';
  const head = [keyNames[groupBy], ...(hasModel ? ['model'] : []), ...(hasLabel ? ['name'] : [])];
  const lines = rows.map((row) => [
    row.key,
    ...(hasModel ? [row.model ?? null] : []),
    ...(hasLabel ? [row.label ?? null] : []),
    ...columns.map(([, read]) => read(row)),
  ]);
  const all: Cell[][] = [[...head, ...columns.map(([name]) => name)], ...lines];
  return all.map((line) => `${line.map(writeCell).join(',')}\r\n`).join('');
}
