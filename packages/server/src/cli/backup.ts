import { dumpDatabase } from '../storage/dump/dump-database.ts';
import type { CommandPorts } from './command.ts';
import { parseOptions } from './parse-options.ts';
import { writePrivately } from './write-privately.ts';

/** Writes the whole database into a file, or with `-` to stdout, where nothing else is written then. */
export async function backup(ports: CommandPorts, argv: string[]): Promise<void> {
  const { location, version, write, remark } = ports;
  const { positionals } = parseOptions(argv, {}, 1);
  const [path = ''] = positionals;
  const dump = (to: (text: string) => Promise<void>) =>
    dumpDatabase(location, { version, now: Date.now(), write: to });
  if (path === '-') {
    await dump(write);
    return;
  }
  const rows = await writePrivately(path, dump);
  remark(`${path} holds ${rows} rows. Keep it as safe as the database itself.`);
}
