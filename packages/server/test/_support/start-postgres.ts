import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { freePort } from './free-port.ts';

/** Debian keeps the server's programs out of PATH; the newest version wins. */
const folder = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  ...globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true })),
].find((path) => existsSync(join(path, 'initdb')) && existsSync(join(path, 'postgres')));

/** Whether there is a real Postgres here. Without one the tests that need it are skipped by name, and fail where CI=true. */
export const hasPostgres = folder !== undefined;

export interface RunningPostgres extends AsyncDisposable {
  /** Of a superuser, at a database that is not to be used. */
  url: string;
  /** Ends it as a crash of its machine would, but for what it has written. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Passes a signal to all of its processes, where there is a /proc: SIGSTOP makes it a server that no longer answers. */
  signal(signal: NodeJS.Signals): void;
}

interface Identity {
  uid?: number;
  gid?: number;
}

/** A private cluster on a free loopback port, thrown away when disposed. */
export async function startPostgres(): Promise<RunningPostgres> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'sluice-postgres-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const identity = ordinaryUser();
  const password = randomBytes(12).toString('hex');
  await writeFile(join(home, 'password'), password);
  if (identity.uid !== undefined) {
    await chown(home, identity.uid, identity.gid ?? identity.uid);
    await chown(join(home, 'password'), identity.uid, identity.gid ?? identity.uid);
  }
  const data = join(home, 'data');
  const options = ['--auth=scram-sha-256', `--pwfile=${join(home, 'password')}`, '--no-sync', '--no-locale'];
  await runToEnd('initdb', ['-D', data, '-U', 'sluice', '--encoding=UTF8', ...options], identity);
  const port = await freePort();
  let child: ChildProcess | undefined;
  const stop = async () => {
    if (child === undefined || (child.exitCode ?? child.signalCode) !== null) return;
    child.kill('SIGCONT');
    child.kill('SIGQUIT');
    await once(child, 'exit');
  };
  const start = async () => {
    child = await startServer(['-D', data, '-p', String(port), '-k', home], identity);
  };
  stack.defer(stop);
  await start();
  const owned = stack.move();
  return {
    url: `postgres://sluice:${password}@127.0.0.1:${port}/postgres`,
    stop,
    start,
    signal: (signal) => {
      for (const pid of child?.pid === undefined ? [] : [child.pid, ...listChildren(child.pid)])
        process.kill(pid, signal);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** @returns the URL of a new, empty database of the cluster that `url` is in; it sorts text as people do, not by bytes */
export async function createDatabase(url: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runAsAdmin(url, `create database ${name} template template0 locale_provider icu icu_locale 'en-US'`);
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.href;
}

/** Ends whatever still uses it. */
export async function dropDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  await runAsAdmin(admin.href, `drop database ${new URL(url).pathname.slice(1)} with (force)`);
}

/** @param url of a superuser */
export async function runAsAdmin(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Each connection has a process, in a group of its own. */
function listChildren(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** Postgres refuses to run as root. */
function ordinaryUser(): Identity {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) {
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    }
  }
  throw new Error('Postgres does not run as root, and there is no other user');
}

async function runToEnd(program: string, args: string[], identity: Identity): Promise<void> {
  const child = spawn(join(folder ?? '', program), args, {
    ...identity,
    cwd: tmpdir(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>]);
  if (code !== 0) throw new Error(`${program} failed:\n${stderr}`);
}

/** Durable against nothing but its own crash: a test's data need not survive the machine. */
const quick = ['fsync=off', 'full_page_writes=off', 'max_connections=300', 'shared_buffers=32MB'];

async function startServer(args: string[], identity: Identity): Promise<ChildProcess> {
  const settings = quick.flatMap((setting) => ['-c', setting]);
  const child = spawn(join(folder ?? '', 'postgres'), [...args, '-h', '127.0.0.1', ...settings], {
    ...identity,
    cwd: tmpdir(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.includes('ready to accept connections')) {
      child.stderr.resume();
      return child;
    }
  }
  throw new Error(`postgres did not start:\n${said.join('\n')}`);
}
