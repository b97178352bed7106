import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { createAuth } from '../auth/auth.ts';
import { loadJwtSecret } from '../auth/load-jwt-secret.ts';
import { type Config, loadCommandConfig } from '../config/config.ts';
import { readEnvironment } from '../config/env.ts';
import { openDatabase } from '../storage/open-database.ts';
import { runCommand, usage } from './run-command.ts';
import { UsageError } from './usage-error.ts';

// A reader who has gone is told to whoever writes next; unheard, it would end the process in many words.
process.stdout.on('error', () => {});

try {
  const argv = process.argv.slice(2);
  if (argv.some((argument) => argument === '--help' || argument === '-h')) process.stdout.write(`${usage}\n`);
  else await run(argv);
} catch (error) {
  process.stderr.write(`sluice: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`${usage}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** The output is written out and the database closed before the process ends by itself. */
async function run(argv: string[]): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const { config, secrets } = loadCommandConfig(readEnvironment());
  const { dataDir } = config;
  const location = { dataDir, databaseUrl: secrets.get('databaseUrl') };
  const openAuth = async () => {
    const database = opened.use(await openDatabase(location));
    const secret = await loadJwtSecret({ dataDir, given: secrets.get('jwtSecret') });
    return opened.use(createAuth({ database, secret }));
  };
  await runCommand(
    {
      openAuth,
      publicUrl: publicUrlOf(config),
      location,
      version: await readVersion(),
      stdin: process.stdin,
      write: writeOut,
      oidcIssuer: config.oidc?.issuer,
      readStdin: () => text(process.stdin),
      print: (line) => process.stdout.write(`${line}\n`),
      remark: (line) => process.stderr.write(`${line}\n`),
    },
    argv,
  );
}

/** @throws when whoever read it has gone */
async function writeOut(text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  await promise;
}

async function readVersion(): Promise<string> {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

/** Without PUBLIC_URL the server is reached where it listens; one that listens everywhere is also on loopback. */
function publicUrlOf({ publicUrl, host, port }: Config): string {
  if (publicUrl !== undefined) return publicUrl;
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
