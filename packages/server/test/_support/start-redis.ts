import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';
import { type SpawnedProcess, spawnProcess } from './spawn-process.ts';

const binary = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => [join(folder, 'redis-server'), join(folder, 'valkey-server')])
  .find(existsSync);

/** Whether there is a real Redis here. Without one the tests that need it are skipped by name, and fail where CI=true. */
export const hasRedis = binary !== undefined;

export interface RunningRedis extends AsyncDisposable {
  url: string;
  /** Ends it at once, with everything in it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** SIGSTOP makes it a server that no longer answers. */
  signal(signal: NodeJS.Signals): void;
}

/** @param options as on its command line, such as `--maxmemory 1mb` */
export async function startRedis(options: readonly string[] = []): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-redis-'));
  const port = await freePort();
  let server: SpawnedProcess | undefined;
  const stop = async () => {
    server?.child.kill('SIGKILL');
    await server?.exit();
  };
  const start = async () => {
    const quick = `--port ${port} --bind 127.0.0.1 --dir ${folder} --save  --appendonly no`.split(' ');
    server = spawnProcess(binary ?? 'redis-server', [...quick, ...options]);
    await server.sees(/ready to accept connections/i);
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    stop,
    start,
    signal: (signal) => void server?.child.kill(signal),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
