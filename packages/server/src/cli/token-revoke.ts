import { SluiceError } from '@sluice/shared';
import type { CommandPorts } from './command.ts';
import { parseOptions } from './parse-options.ts';

/** Ends a token by its id, which is the JWT's `jti`; a running server hears of it within a second. */
export async function tokenRevoke({ openAuth, print }: CommandPorts, argv: string[]): Promise<void> {
  const { positionals } = parseOptions(argv, {}, 1);
  const [id = ''] = positionals;
  const auth = await openAuth();
  try {
    await auth.revokeAppToken(id);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'not_found') throw error;
    throw new Error(`there is no token with the id ${id}`, { cause: error });
  }
  print(`revoked ${id}`);
}
