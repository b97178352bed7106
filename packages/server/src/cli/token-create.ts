import type { CommandPorts } from './command.ts';
import { parseOptions, requireOption } from './parse-options.ts';
import { UsageError } from './usage-error.ts';

const options = {
  email: { type: 'string' },
  name: { type: 'string' },
  days: { type: 'string' },
  scope: { type: 'string', multiple: true },
} as const;

/** Prints a JWT and nothing else, so that `TOKEN=$(sluice token create …)` works. */
export async function tokenCreate(ports: CommandPorts, argv: string[]): Promise<void> {
  const { openAuth, print, remark, location } = ports;
  const { values } = parseOptions(argv, options);
  const email = requireOption(values.email, 'email');
  const name = requireOption(values.name, 'name');
  const days = values.days === undefined ? {} : { days: toDays(values.days) };
  const scopes = values.scope === undefined ? {} : { scopes: values.scope };
  const auth = await openAuth();
  const { id, token, isNewUser } = await auth.createAppToken({ email, name, ...days, ...scopes });
  print(token);
  if (isNewUser) {
    // Whoever meant another database, or mistyped, sees it here.
    const where = location.databaseUrl === undefined ? `in ${location.dataDir}` : 'in DATABASE_URL';
    remark(`${email} had no account ${where}, and has one now, without a password.`);
  }
  remark(`To end it: token revoke ${id}`);
}

function toDays(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError('--days must be a whole number');
  return Number(text);
}
