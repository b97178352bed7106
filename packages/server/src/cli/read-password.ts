import type { CommandPorts } from './command.ts';

/** @returns all of stdin but the line break that ends it; other spaces belong to the password */
export async function readPassword({ readStdin }: Pick<CommandPorts, 'readStdin'>): Promise<string> {
  return (await readStdin()).replace(/\r?\n$/, '');
}
