import { open } from 'node:fs/promises';
import { restoreDatabase } from '../storage/dump/restore-database.ts';
import type { CommandPorts } from './command.ts';
import { parseOptions } from './parse-options.ts';

/** Reads a backup, from a file or with `-` from stdin, into an empty database that no server uses. */
export async function restore({ location, stdin, remark }: CommandPorts, argv: string[]): Promise<void> {
  const { positionals } = parseOptions(argv, {}, 1);
  const [path = ''] = positionals;
  const rows = await (path === '-' ? restoreDatabase(location, stdin) : restoreFile(location, path));
  remark(`${rows} rows were restored. Everybody signs in again.`);
}

async function restoreFile(location: CommandPorts['location'], path: string): Promise<number> {
  await using file = await open(path);
  return await restoreDatabase(location, file.createReadStream());
}
