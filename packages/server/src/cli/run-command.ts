import { backup } from './backup.ts';
import type { Command, CommandPorts } from './command.ts';
import { doctor } from './doctor.ts';
import { limitList } from './limit-list.ts';
import { limitSet } from './limit-set.ts';
import { restore } from './restore.ts';
import { setupLink } from './setup-link.ts';
import { tokenCreate } from './token-create.ts';
import { tokenRevoke } from './token-revoke.ts';
import { UsageError } from './usage-error.ts';
import { userCreate } from './user-create.ts';
import { userPassword } from './user-password.ts';

const commands: Record<string, { run: Command; usage: string }> = {
  'setup-link': { run: setupLink, usage: '' },
  'token create': { run: tokenCreate, usage: '--email E --name N [--days D] [--scope chat]…' },
  'token revoke': { run: tokenRevoke, usage: 'ID' },
  doctor: { run: doctor, usage: '[URL…] [--json]' },
  backup: { run: backup, usage: 'FILE|-' },
  restore: { run: restore, usage: 'FILE|-' },
  'user create': {
    run: userCreate,
    usage: '--email E --role admin|user --password-stdin [--name N] | --oidc-sub SUB [--oidc-issuer URL]',
  },
  'user password': { run: userPassword, usage: '--email E --password-stdin' },
  'limit list': { run: limitList, usage: '' },
  'limit set': {
    run: limitSet,
    usage:
      '[--user E | --token ID | --model M] --period day|month --unit requests|tokens|usd --amount N|none',
  },
};

/** One line per command. */
export const usage = Object.entries(commands)
  .map(([name, command], index) => `${index === 0 ? 'usage:' : '      '} sluice ${name} ${command.usage}`)
  .map((line) => line.trimEnd())
  .join('\n');

/**
 * @param argv without the interpreter and the script
 * @throws {UsageError} for an unknown command; and whatever the command throws
 */
export async function runCommand(ports: CommandPorts, argv: string[]): Promise<void> {
  const words = Object.hasOwn(commands, argv.slice(0, 2).join(' ')) ? 2 : 1;
  const name = argv.slice(0, words).join(' ');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new UsageError(name === '' ? 'no command given' : `unknown command: ${name}`);
  await command.run(ports, argv.slice(words));
}
