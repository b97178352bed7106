import type { CommandPorts } from './command.ts';
import { parseOptions, requireOption } from './parse-options.ts';
import { readPassword } from './read-password.ts';
import { UsageError } from './usage-error.ts';

const options = {
  email: { type: 'string' },
  role: { type: 'string' },
  name: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  'oidc-sub': { type: 'string' },
  'oidc-issuer': { type: 'string' },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>['values'];

/**
 * Makes a user who signs in with a password, which comes by stdin, where neither `ps` nor the shell's history shows it; or, with
 * `--oidc-sub`, one who comes with tokens of an identity provider. Prints the user's id.
 */
export async function userCreate(ports: CommandPorts, argv: string[]): Promise<void> {
  const { values } = parseOptions(argv, options);
  const create = values['oidc-sub'] === undefined ? createWithPassword : createExternal;
  ports.print(await create(ports, values));
}

async function createWithPassword(ports: CommandPorts, { name, ...values }: Values): Promise<string> {
  const email = requireOption(values.email, 'email');
  const role = requireOption(values.role, 'role');
  if (role !== 'admin' && role !== 'user') throw new UsageError('--role must be admin or user');
  if (values['password-stdin'] !== true) throw new UsageError('--password-stdin is needed');
  if (values['oidc-issuer'] !== undefined) throw new UsageError('--oidc-issuer needs --oidc-sub');
  const password = await readPassword(ports);
  const auth = await ports.openAuth();
  return (await auth.createUser({ email, role, name, password })).id;
}

async function createExternal(ports: CommandPorts, { name, ...values }: Values): Promise<string> {
  const subject = requireOption(values['oidc-sub'], 'oidc-sub');
  const issuer = values['oidc-issuer'] ?? ports.oidcIssuer;
  if (issuer === undefined) throw new UsageError('--oidc-issuer is needed while OIDC_ISSUER is not set');
  for (const other of ['email', 'role', 'password-stdin'] as const) {
    if (values[other] !== undefined) throw new UsageError(`--${other} does not go with --oidc-sub`);
  }
  const auth = await ports.openAuth();
  return (await auth.createExternalUser({ issuer, subject, name })).id;
}
