import type { CommandPorts } from './command.ts';
import { parseOptions } from './parse-options.ts';

/** Prints the address at which the first administrator's account is made. The code is in the fragment: it reaches no server's log. */
export async function setupLink({ openAuth, publicUrl, print }: CommandPorts, argv: string[]): Promise<void> {
  parseOptions(argv, {});
  const auth = await openAuth();
  print(`${publicUrl}/setup#code=${await auth.createSetupCode()}`);
}
