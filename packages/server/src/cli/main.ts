import { text } from 'node:stream/consumers';
import { createAuth } from '../auth/auth.ts';
import { loadJwtSecret } from '../auth/load-jwt-secret.ts';
import { loadCommandConfig } from '../config/config.ts';
import { readEnvironment } from '../config/env.ts';
import { reachableUrl } from '../config/reachable-url.ts';
import { readVersion } from '../config/read-version.ts';
import { openDatabase } from '../storage/open-database.ts';
import { refuseMissing } from '../storage/refuse-missing.ts';
import { runCommand, usage } from './run-command.ts';
import { UsageError } from './usage-error.ts';

// A reader who has gone is told to whoever writes next; unheard, it would end the process in many words.
process.stdout.on('error', () => {});

try {
  const argv = process.argv.slice(2);
  if (argv.some((argument) => argument === '--help' || argument === '-h') || argv[0] === 'help')
    process.stdout.write(`${usage}\n`);
  else await run(argv);
} catch (error) {
  process.stderr.write(`sluice: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`${usage}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** The output is written out and the database closed before the process ends by itself. */
async function run(argv: string[]): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const environment = readEnvironment();
  let loaded: ReturnType<typeof loadCommandConfig> | undefined;
  // Not before a command asks for something of it: doctor tells what is wrong with it.
  const load = () => (loaded ??= loadCommandConfig(environment));
  const location = () => ({ dataDir: load().config.dataDir, databaseUrl: load().secrets.get('databaseUrl') });
  const open = async () => opened.use(await openDatabase(location()));
  await runCommand(
    {
      async openDatabase() {
        await refuseMissing(location());
        return open();
      },
      async openAuth() {
        const database = await open();
        const given = load().secrets.get('jwtSecret');
        const secret = await loadJwtSecret({ dataDir: location().dataDir, given });
        return opened.use(createAuth({ database, secret }));
      },
      environment,
      get publicUrl() {
        return reachableUrl(load().config);
      },
      get location() {
        return location();
      },
      get oidcIssuer() {
        return load().config.oidc?.issuer;
      },
      version: readVersion(),
      stdin: process.stdin,
      write: writeOut,
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
