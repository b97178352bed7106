import { SluiceError } from '@sluice/shared';
import type { CommandPorts } from './command.ts';
import { parseOptions, requireOption } from './parse-options.ts';
import { readPassword } from './read-password.ts';
import { UsageError } from './usage-error.ts';

const options = { email: { type: 'string' }, 'password-stdin': { type: 'boolean' } } as const;

/** Sets a password that was forgotten, and ends the user's sessions; a running server hears of it within a second. */
export async function userPassword(ports: CommandPorts, argv: string[]): Promise<void> {
  const { values } = parseOptions(argv, options);
  const email = requireOption(values.email, 'email');
  if (values['password-stdin'] !== true) throw new UsageError('--password-stdin is needed');
  const password = await readPassword(ports);
  const auth = await ports.openAuth();
  try {
    await auth.resetPassword({ email, password });
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'not_found') throw error;
    throw new Error(`there is no user ${email}`, { cause: error });
  }
  ports.print(`changed the password of ${email}`);
}
