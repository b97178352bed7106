import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Rolldown, build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from './_support/source-files.ts';
import { useServer } from './_support/use-server.ts';

const run = promisify(execFile);
const shared = join(repositoryRoot, 'packages/shared');

/** A folder with nothing but the package as it would be published, and its dependencies. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-client-'));
  const installed = join(folder, 'node_modules/@sluice/shared');
  await mkdir(installed, { recursive: true });
  const bootstrap = await readFile(join(repositoryRoot, 'scripts/run.mjs'), 'utf8');
  const [, pnpm = ''] = /PNPM = '(pnpm@[\d.]+)'/.exec(bootstrap) ?? [];
  const archive = join(folder, 'client.tgz');
  await run('npx', ['--yes', pnpm, 'pack', '--out', archive], { cwd: shared });
  await run('tar', ['xzf', archive, '--strip-components=1', '-C', installed]);
  for (const name of ['zod', 'eventsource-parser'])
    await symlink(join(shared, 'node_modules', name), join(folder, 'node_modules', name));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const program = `import { streamRun } from '@sluice/shared';
const [baseUrl = '', token = ''] = process.argv.slice(2);
for await (const event of streamRun({ baseUrl, token, request: { message: 'Hi' } })) {
  if (event.type === 'text-delta') process.stdout.write(event.text);
}
`;

describe('the client as it would be published', () => {
  const pair = useServer();

  it('asks from plain Node', async () => {
    pair.upstream.script({ text: 'From a package.' });
    await writeFile(join(folder, 'ask.mjs'), program);
    const { stdout } = await run(process.execPath, ['ask.mjs', pair.server.url, pair.server.token], {
      cwd: folder,
    });
    expect(stdout).toBe('From a package.');
  });

  it('has declarations that a strict TypeScript takes', async () => {
    await writeFile(join(folder, 'ask.mts'), `${program}const wrong: number = '';\nvoid wrong;\n`);
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024,dom,dom.iterable,esnext.disposable',
    ];
    const types = ['--types', 'node', '--typeRoots', join(repositoryRoot, 'node_modules/@types')];
    const tsc = join(repositoryRoot, 'node_modules/.bin/tsc');
    const failed = await run(tsc, [...options, ...types, 'ask.mts'], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    // The one fault that is meant, and none in the package.
    expect(failed.stdout.trim().split('\n')).toEqual([expect.stringContaining('ask.mts(6,7): error TS2322')]);
  });

  it('leaves out of a bundle what is not used', async () => {
    const bundle = async (code: string) => {
      const entry = join(folder, 'entry.js');
      await writeFile(entry, code);
      const built = (await build({
        root: folder,
        logLevel: 'silent',
        build: { write: false, lib: { entry, formats: ['es'], fileName: 'out' } },
      })) as Rolldown.RolldownOutput[];
      return built[0]?.output[0].code ?? '';
    };
    const nothing = await bundle(`import '@sluice/shared';`);
    expect(nothing.trim()).toBe('');
    const stopping = await bundle(`export { stopRun } from '@sluice/shared';`);
    expect(stopping).toContain('upstreamClosedMs');
    // Of conversations, and of events.
    for (const other of ['archived', 'text-delta']) expect(stopping).not.toContain(other);
  });
});
