import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { repositoryRoot } from './source-files.ts';
import { spawnProcess } from './spawn-process.ts';

const binary = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync);

/** Whether there is a real nginx here. Without one the tests that need it are skipped by name, and fail where CI=true. */
export const hasNginx = binary !== undefined;

export interface RunningNginx extends AsyncDisposable {
  url: string;
  /** Ends nginx as an operator would. */
  signal(signal: NodeJS.Signals): void;
}

/** Changes in the shipped file only what another machine and an older nginx need: server lines, listen, pid, temporary paths, root. */
function adapt(config: string, options: { upstreams: string[]; port: number; folder: string }): string {
  const { upstreams, port, folder } = options;
  const replacements: [RegExp, string][] = [
    [/^ *resolver .*$/m, ''],
    [/server server:3000 resolve\b(.*;)/, upstreams.map((host) => `server ${host}$1`).join('\n')],
    [/listen 8080;/, `listen 127.0.0.1:${port};`],
    [/\/tmp\//g, `${folder}/`],
    [/\/dev\/std(out|err)/g, `${folder}/$1.log`],
    [/root \/usr\/share\/nginx\/html;/, `root ${folder}/html;`],
  ];
  return replacements.reduce((text, [pattern, replacement]) => {
    if (!pattern.test(text)) throw new Error(`nginx.conf no longer has ${pattern}`);
    return text.replace(pattern, replacement);
  }, config);
}

/** The shipped nginx.conf in a real nginx, in front of the servers of this test. */
export async function startNginx(...serverUrls: string[]): Promise<RunningNginx> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  // As root, nginx runs its workers as another user.
  await chmod(folder, 0o777);
  await cp(join(repositoryRoot, 'packages/web/dist/assets'), join(folder, 'html/assets'), {
    recursive: true,
  }).catch(
    // Tests of the server alone run without a built page.
    () => mkdir(join(folder, 'html/assets'), { recursive: true }),
  );
  await writeFile(join(folder, 'html/assets/probe.js'), 'export {};\n'.repeat(200));
  const port = await freePort();
  const shipped = await readFile(join(repositoryRoot, 'nginx.conf'), 'utf8');
  const path = join(folder, 'nginx.conf');
  const upstreams = serverUrls.map((serverUrl) => new URL(serverUrl).host);
  await writeFile(path, adapt(shipped, { upstreams, port, folder }));
  const nginx = stack.use(spawnProcess(binary ?? 'nginx', ['-c', path, '-p', folder, '-g', 'daemon off;']));
  const url = `http://127.0.0.1:${port}`;
  await untilAnswering(url, nginx.output);
  const owned = stack.move();
  return {
    url,
    signal: (signal) => void nginx.child.kill(signal),
    async [Symbol.asyncDispose]() {
      // Its workers end with the master only when it is asked, not when it is killed.
      nginx.child.kill('SIGTERM');
      await nginx.exit();
      await owned.disposeAsync();
    },
  };
}

async function untilAnswering(url: string, output: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nginx did not start:\n${output()}`);
}
