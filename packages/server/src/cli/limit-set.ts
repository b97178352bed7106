import type { LimitChange } from '@sluice/shared';
import { createLimitBook } from '../admission/limit-book.ts';
import { Limits } from '../admission/limits.ts';
import type { Database } from '../storage/database.ts';
import type { CommandPorts } from './command.ts';
import { parseOptions, requireOption } from './parse-options.ts';
import { UsageError } from './usage-error.ts';

const options = {
  user: { type: 'string' },
  token: { type: 'string' },
  model: { type: 'string' },
  period: { type: 'string' },
  unit: { type: 'string' },
  amount: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>['values'];

/**
 * Sets one limit, or takes it away: of a user, a token, a model, or of everybody who has none of their own. A server that runs heeds it
 * within a second.
 */
export async function limitSet({ openDatabase, print, remark }: CommandPorts, argv: string[]): Promise<void> {
  const { values } = parseOptions(argv, options);
  const limit = readLimit(values);
  const { user, token, model } = values;
  if ([user, token, model].filter((one) => one !== undefined).length > 1)
    throw new UsageError('only one of --user, --token and --model at a time');
  const database = await openDatabase();
  const book = createLimitBook(database, new Limits(database));
  await book.change({ ...(await readSubject(database, values)), ...limit });
  print(limit.amount === null ? 'the limit is gone' : 'the limit is set');
  // Providers have models that no list here knows.
  if (model !== undefined && limit.amount !== null)
    remark(`It binds a model whose id is just ${model}: GET /api/models has the ids.`);
}

function readLimit(values: Values): Pick<LimitChange, 'period' | 'unit' | 'amount'> {
  const period = requireOption(values.period, 'period');
  const unit = requireOption(values.unit, 'unit');
  const amount = requireOption(values.amount, 'amount');
  if (period !== 'day' && period !== 'month') throw new UsageError('--period must be day or month');
  if (unit !== 'requests' && unit !== 'tokens' && unit !== 'usd')
    throw new UsageError('--unit must be requests, tokens or usd');
  const stored = unit === 'usd' ? 'microUsd' : unit;
  if (amount === 'none') return { period, unit: stored, amount: null };
  const pattern = unit === 'usd' ? /^\d{1,6}(?:\.\d{1,6})?$/ : /^\d{1,12}$/;
  if (!pattern.test(amount))
    throw new UsageError(
      `--amount must be ${unit === 'usd' ? 'dollars such as 2.50' : 'a whole number'}, or none`,
    );
  return { period, unit: stored, amount: unit === 'usd' ? Math.round(Number(amount) * 1e6) : Number(amount) };
}

async function readSubject(
  database: Database,
  { user: email, token, model }: Values,
): Promise<Pick<LimitChange, 'subject' | 'id'>> {
  if (token !== undefined) return { subject: 'token', id: token };
  if (model !== undefined) return { subject: 'model', id: model };
  if (email === undefined) return { subject: 'default' };
  const user = await database.users.findByEmail(email);
  if (user === undefined) throw new Error(`there is no user ${email}`);
  return { subject: 'user', id: user.id };
}
