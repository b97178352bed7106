import type { CommandPorts } from './command.ts';
import { parseOptions, requireOption } from './parse-options.ts';
import { UsageError } from './usage-error.ts';

const options = {
  email: { type: 'string' },
  role: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

/** Makes a user who signs in with a password; it comes by stdin, where neither `ps` nor the shell's history shows it. */
export async function userCreate(ports: CommandPorts, argv: string[]): Promise<void> {
  const { values } = parseOptions(argv, options);
  const email = requireOption(values.email, 'email');
  const role = requireOption(values.role, 'role');
  if (role !== 'admin' && role !== 'user') throw new UsageError('--role must be admin or user');
  if (values['password-stdin'] !== true) throw new UsageError('--password-stdin is needed');
  const password = (await ports.readStdin()).replace(/\r?\n$/, '');
  const auth = await ports.openAuth();
  const { id } = await auth.createUser({ email, role, password });
  ports.print(id);
}
