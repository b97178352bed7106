import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../packages/server/test/_support/free-port.ts';

export interface Contestant extends AsyncDisposable {
  name: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** CPU time of the process so far, all threads, user and kernel, in µs. */
  cpuMicroseconds(): Promise<number>;
}

/** Clock ticks of /proc a second, as Linux has them everywhere. */
const TICKS_PER_SECOND = 100;

async function startProcess(
  script: string,
  environment: Record<string, string>,
): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, script)], {
    env: { ...process.env, ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes('listening')) break;
  return { child, port };
}

async function readCpu(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}

async function toContestant(
  name: string,
  started: { child: ChildProcess; port: number },
  request: { path: string; headers: Record<string, string>; body: object },
): Promise<Contestant> {
  const { child, port } = started;
  return {
    name,
    url: `http://127.0.0.1:${port}${request.path}`,
    headers: { 'content-type': 'application/json', ...request.headers },
    body: JSON.stringify(request.body),
    cpuMicroseconds: () => readCpu(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

export async function startPipe(upstream: string): Promise<Contestant> {
  const started = await startProcess('byte-pipe.ts', { UPSTREAM: upstream });
  return toContestant('byte pipe', started, {
    path: '/',
    headers: {},
    body: { messages: [{ role: 'user', content: 'Hi' }] },
  });
}

/**
 * @param access a data directory and a token that its server takes
 * @param options what is otherwise, if anything
 */
export async function startSluice(
  upstream: string,
  access: { dataDir: string; token: string },
  { name = 'Sluice', environment = {} }: { name?: string; environment?: Record<string, string> } = {},
): Promise<Contestant> {
  const started = await startProcess('../packages/server/src/main.ts', {
    DATA_DIR: access.dataDir,
    ANTHROPIC_API_KEY: '',
    OPENAI_API_KEY: 'bench',
    OPENAI_BASE_URL: upstream.replace('/chat/completions', ''),
    RATE_LIMIT_PER_MINUTE: '100000000',
    MAX_RUNS_PER_USER: '0',
    LOG_LEVEL: 'warn',
    ...environment,
  });
  const headers = { authorization: `Bearer ${access.token}` };
  return toContestant(name, started, {
    path: '/api/chat/stream',
    headers,
    body: { model: 'openai/m', message: 'Hi' },
  });
}
