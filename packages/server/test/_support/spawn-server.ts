import { type SpawnedProcess, spawnProcess } from './spawn-process.ts';

export interface SpawnedServer extends AsyncDisposable {
  process: SpawnedProcess;
  url: string;
  /** `fetch` with the token; a body is sent as JSON. */
  call(path: string, body?: unknown): Promise<Response>;
}

/** The server as `npm start` runs it, in a process of its own that can be killed. */
export async function spawnServer(
  environment: Record<string, string>,
  token: string,
): Promise<SpawnedServer> {
  const process = spawnProcess(globalThis.process.execPath, ['packages/server/src/main.ts'], {
    ...quietly,
    ...environment,
  });
  const [, url = ''] = await process.sees(/^Sluice is listening on (http:\/\/127\.0\.0\.1:\d+)$/m);
  return {
    process,
    url,
    call: (path, body) =>
      fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

const quietly = {
  PORT: '0',
  LOG_LEVEL: 'error',
  RATE_LIMIT_PER_MINUTE: '0',
  MAX_RUNS_PER_USER: '0',
};

/** A token for an ordinary user, made by the `sluice` command beside whatever uses the database. */
export async function createToken(environment: Record<string, string>): Promise<string> {
  const options = '--email a@b.co --name tests --scope chat --scope history'.split(' ');
  const command = ['packages/server/src/cli/main.ts', 'token', 'create', ...options];
  await using cli = spawnProcess(process.execPath, command, environment);
  if ((await cli.exit()) !== 0) throw new Error(cli.output());
  return cli.stdout();
}
