import type { Limit } from '@sluice/shared';
import { readUsed } from '../admission/read-used.ts';
import type { CommandPorts } from './command.ts';
import { parseOptions } from './parse-options.ts';

const MICRO = 1e6;

/** Prints each limit on a line: whom it binds, the period, the unit, the amount, and how much of it is used, with tabs between. */
export async function limitList(
  { openDatabase, print, remark }: CommandPorts,
  argv: string[],
): Promise<void> {
  parseOptions(argv, {});
  const database = await openDatabase();
  const limits = await database.budgets.listLimits();
  const used = await readUsed(database, limits, Date.now());
  for (const [index, limit] of limits.entries()) print(toLine(limit, used[index] ?? null));
  if (limits.length === 0) remark('There are no limits.');
}

function toLine({ subject, id, label, period, unit, amount }: Limit, used: number | null): string {
  const whom = subject === 'default' ? 'everybody' : `${subject} ${label ?? id}`;
  const format = (value: number) => (unit === 'microUsd' ? (value / MICRO).toFixed(2) : String(value));
  const unitName = unit === 'microUsd' ? 'usd' : unit;
  return [whom, period, unitName, format(amount), used === null ? '' : `used ${format(used)}`]
    .join('\t')
    .trimEnd();
}
