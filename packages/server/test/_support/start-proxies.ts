import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeCertificate } from './fake-upstream-certificate.ts';
import { freePort } from './free-port.ts';
import { spawnProcess } from './spawn-process.ts';
import { nginxBinary, untilAnswering } from './start-nginx.ts';

/** One `server` of an nginx that somebody has set up by hand. */
export interface ProxySetUp {
  /** What it passes requests on to: an address, or the name of another of these. */
  to: string;
  /** Directives in the place of the right ones; null leaves one out. */
  directives?: Record<string, string | null>;
  /** Headers in the place of the right ones; null leaves one out, '' takes it away from the request. */
  headers?: Record<string, string | null>;
  isSecure?: boolean;
}

const rightDirectives = {
  proxy_http_version: '1.1',
  proxy_buffering: 'off',
  proxy_read_timeout: '60s',
  client_max_body_size: '21m',
};

const rightHeaders = {
  Host: '$http_host',
  Upgrade: '$http_upgrade',
  Connection: '$upstream_connection',
  'X-Forwarded-For': '$remote_addr',
  'X-Forwarded-Proto': '$scheme',
};

/** One real nginx with a port for each set-up. @returns their addresses, by the same names */
export async function startProxies<Name extends string>(
  setUps: Record<Name, ProxySetUp>,
): Promise<AsyncDisposable & { urls: Record<Name, string> }> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-proxies-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o777);
  const { cert, key } = createFakeCertificate();
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key);
  const entries = Object.entries<ProxySetUp>(setUps);
  const urls = {} as Record<string, string>;
  for (const [name, { isSecure }] of entries) {
    urls[name] = `${isSecure === true ? 'https' : 'http'}://127.0.0.1:${await freePort()}`;
  }
  const servers = entries.map(([name, setUp]) =>
    describeServer(setUp, { folder, urls, url: urls[name] ?? '' }),
  );
  const path = join(folder, 'nginx.conf');
  await writeFile(path, describeNginx(folder, servers));
  const nginx = stack.use(
    spawnProcess(nginxBinary ?? 'nginx', ['-c', path, '-p', folder, '-g', 'daemon off;']),
  );
  await untilAnswering(Object.values(urls).find((url) => url.startsWith('http:')) ?? '', nginx.output);
  const owned = stack.move();
  return {
    urls,
    async [Symbol.asyncDispose]() {
      nginx.child.kill('SIGTERM');
      await nginx.exit();
      await owned.disposeAsync();
    },
  };
}

interface Place {
  folder: string;
  url: string;
  urls: Record<string, string>;
}

function describeServer({ to, isSecure, ...changes }: ProxySetUp, { folder, url, urls }: Place): string {
  const directives = Object.entries({ ...rightDirectives, ...changes.directives });
  const headers = Object.entries({ ...rightHeaders, ...changes.headers });
  const lines = [
    `listen 127.0.0.1:${new URL(url).port}${isSecure === true ? ' ssl' : ''};`,
    `ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;`,
    ...directives.flatMap(([name, value]) => (value === null ? [] : `${name} ${value};`)),
    ...headers.flatMap(([name, value]) => (value === null ? [] : `proxy_set_header ${name} "${value}";`)),
    `location / { proxy_pass ${urls[to] ?? to}; }`,
    // WebSockets are none of what is set for the rest.
    `location /api/ws { proxy_http_version 1.1; proxy_pass ${urls[to] ?? to}; }`,
  ];
  return `server { ${lines.join('\n')} }`;
}

function describeNginx(folder: string, servers: string[]): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  map $http_upgrade $upstream_connection { default upgrade; '' close; }
  ${servers.join('\n')}
}`;
}
