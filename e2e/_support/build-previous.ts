import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { repositoryRoot } from '../../packages/server/test/_support/source-files.ts';
import { dockerCommand } from './compose-stack.ts';

/**
 * Builds the server of an earlier commit as the image that e2e/compose.previous.yml names: of SLUICE_UPGRADE_FROM, or of the one before
 * this checkout's.
 * @returns whether there is such a commit: a shallow clone has none
 */
export async function buildPrevious(): Promise<boolean> {
  const commit = process.env['SLUICE_UPGRADE_FROM'] ?? 'HEAD^';
  // Modes as in a checkout, so that layers are shared with it.
  const archive = spawn('git', ['-c', 'tar.umask=0022', 'archive', commit], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const options = 'build -q --target server -t sluice-check-previous -'.split(' ');
  const [program = '', ...args] = [...dockerCommand, ...options];
  const build = spawn(program, args, { cwd: repositoryRoot, stdio: ['pipe', 'ignore', 'inherit'] });
  // Of one that has ended already; its status says why.
  build.stdin.on('error', () => undefined);
  archive.stdout.pipe(build.stdin);
  const [[archived], [built]] = await Promise.all([once(archive, 'close'), once(build, 'close')]);
  if (archived !== 0) return false;
  if (built !== 0) throw new Error(`the server of ${commit} could not be built`);
  return true;
}
