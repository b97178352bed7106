import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeCertificate } from './fake-upstream-certificate.ts';
import { freePort } from './free-port.ts';
import { repositoryRoot } from './source-files.ts';
import { spawnProcess } from './spawn-process.ts';

export const nginxBinary = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(
  existsSync,
);

/** Whether there is a real nginx here. Without one the tests that need it are skipped by name, and fail where CI=true. */
export const hasNginx = nginxBinary !== undefined;

export interface RunningNginx extends AsyncDisposable {
  url: string;
  /** What it has logged of requests. */
  readLog(): Promise<string>;
  /** Ends nginx as an operator would. */
  signal(signal: NodeJS.Signals): void;
}

export interface TlsNginx extends RunningNginx {
  /** Where it listens without TLS; `url` is with it. */
  plainUrl: string;
  /** Of docker-compose.tls.yml's SLUICE_TLS_DIR. */
  tlsFolder: string;
  /** Puts another certificate of its own making in the place of the first. @returns it */
  renew(): Promise<string>;
}

interface Place {
  upstreams: string[];
  port: number;
  folder: string;
}

/** Changes in a shipped file only what another machine and an older nginx need. */
function adapt(config: string, replacements: [RegExp, string][]): string {
  return replacements.reduce((text, [pattern, replacement]) => {
    if (!pattern.test(text)) throw new Error(`the nginx configuration no longer has ${pattern}`);
    return text.replace(pattern, replacement);
  }, config);
}

/** Server lines, listen, pid, temporary paths, root, and where the rest of the server's part lies. */
const adaptServer = ({ upstreams, port, folder }: Place): [RegExp, string][] => [
  [/^ *resolver .*$/m, ''],
  [/server server:3000 resolve\b(.*;)/, upstreams.map((host) => `server ${host}$1`).join('\n')],
  [/listen 8080;/, `listen 127.0.0.1:${port};`],
  [/\/tmp\//g, `${folder}/`],
  [/\/dev\/std(out|err)/g, `${folder}/$1.log`],
  [/root \/usr\/share\/nginx\/html;/, `root ${folder}/html;`],
  [/\/etc\/nginx\/server\.d\//, `${folder}/server.d/`],
];

/** An nginx before 1.25 does not know `http2 on`; later ones still know this. */
const adaptTls = (port: number, folder: string): [RegExp, string][] => [
  [/listen 8443 ssl;\nhttp2 on;/, `listen 127.0.0.1:${port} ssl http2;`],
  [/\/etc\/nginx\/tls\//g, `${folder}/tls/`],
];

const readShipped = (name: string) => readFile(join(repositoryRoot, name), 'utf8');

/** The shipped nginx.conf in a real nginx, in front of the servers of this test. */
export async function startNginx(...serverUrls: string[]): Promise<RunningNginx> {
  await using stack = new AsyncDisposableStack();
  return await run({ stack, folder: await makeFolder(stack), serverUrls });
}

/** The same with the shipped nginx.tls.conf, and a certificate for 127.0.0.1 of its own making. */
export async function startTlsNginx(...serverUrls: string[]): Promise<TlsNginx> {
  await using stack = new AsyncDisposableStack();
  const folder = await makeFolder(stack);
  const tlsFolder = join(folder, 'tls');
  const renew = async () => {
    const { key, cert } = createFakeCertificate();
    await writeFile(join(tlsFolder, 'privkey.pem'), key);
    await writeFile(join(tlsFolder, 'fullchain.pem'), cert);
    return cert;
  };
  await mkdir(join(tlsFolder, 'acme'), { recursive: true });
  await renew();
  await mkdir(join(folder, 'server.d'));
  const port = await freePort();
  const shipped = await readShipped('nginx.tls.conf');
  await writeFile(join(folder, 'server.d/tls.conf'), adapt(shipped, adaptTls(port, folder)));
  const nginx = await run({ stack, folder, serverUrls });
  return { ...nginx, plainUrl: nginx.url, url: `https://127.0.0.1:${port}`, tlsFolder, renew };
}

async function makeFolder(stack: AsyncDisposableStack): Promise<string> {
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
  return folder;
}

/** @returns a running nginx that has taken over what the stack holds */
async function run(options: {
  stack: AsyncDisposableStack;
  folder: string;
  serverUrls: string[];
}): Promise<RunningNginx> {
  const { stack, folder, serverUrls } = options;
  const port = await freePort();
  const path = join(folder, 'nginx.conf');
  const upstreams = serverUrls.map((serverUrl) => new URL(serverUrl).host);
  await writeFile(path, adapt(await readShipped('nginx.conf'), adaptServer({ upstreams, port, folder })));
  const nginx = stack.use(
    spawnProcess(nginxBinary ?? 'nginx', ['-c', path, '-p', folder, '-g', 'daemon off;']),
  );
  const url = `http://127.0.0.1:${port}`;
  await untilAnswering(url, nginx.output);
  const owned = stack.move();
  return {
    url,
    readLog: () => readFile(join(folder, 'out.log'), 'utf8'),
    signal: (signal) => void nginx.child.kill(signal),
    async [Symbol.asyncDispose]() {
      // Its workers end with the master only when it is asked, not when it is killed.
      nginx.child.kill('SIGTERM');
      await nginx.exit();
      await owned.disposeAsync();
    },
  };
}

export async function untilAnswering(url: string, output: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const isUp = await fetch(url, { redirect: 'manual' }).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nginx did not start:\n${output()}`);
}
