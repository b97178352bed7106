import { type Composition, compose } from './compose.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { readEnvironment } from './config/env.ts';
import { type Listening, listen } from './listen.ts';

// Whoever reads its output may end before it.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

try {
  await run();
} catch (error) {
  // A plain Error is written for the terminal; any other class is a fault of ours, to be seen whole.
  const isForPeople = error instanceof ConfigError || (error instanceof Error && error.constructor === Error);
  process.stderr.write(`${isForPeople ? error.message : String((error as Error).stack ?? error)}
`);
  process.exitCode = 1;
}

/** Shutdown is leaving this scope: what was opened is closed in order, and the process ends by itself. */
async function run(): Promise<void> {
  await using rooms = await compose(loadConfig(readEnvironment()));
  const signalled = nextSignal();
  await using server = await listen(rooms);
  await greet(rooms, server);
  const lost = await Promise.race([signalled, rooms.lockLost]);
  if (lost !== undefined) {
    process.stderr.write(`${lost}\n`);
    process.exitCode = 1;
  }
  const running = rooms.runs.running.length;
  if (running > 0) {
    const seconds = Math.ceil(rooms.config.drainMs / 1000);
    process.stdout.write(
      `Waiting up to ${seconds} s for running answers (${running}); once more ends now.\n`,
    );
  }
  // A second signal ends the process now.
  void nextSignal().then(() => process.exit(1));
  await server.drain();
}

/** On the terminal, not through the logger: a setup link in a log would be a key left lying about. */
async function greet({ auth, catalog, config }: Composition, { url, address }: Listening): Promise<void> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  for (const name of config.unread) print(`${name} is set, but this version of Sluice does not read it.`);
  if (catalog.list().default === 'demo/sluice') {
    print(
      'No provider is configured: answers come from the demo model. Set ANTHROPIC_API_KEY or OPENAI_API_KEY.',
    );
  }
  if (!(await auth.hasAdmin())) {
    const code = await auth.createSetupCode();
    print(
      `Create the first account here (valid for 24 hours, once): ${address.url.origin}/setup#code=${code}`,
    );
  }
  print(`Sluice is listening on ${url}`);
}

/** Resolves at the next signal to end, or when the process that started this one (over an ipc channel) is gone. */
async function nextSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ends = ['SIGTERM', 'SIGINT', 'SIGHUP', 'disconnect'] as const;
  for (const end of ends) process.once(end as NodeJS.Signals, () => resolve());
  process.channel?.unref();
  await promise;
  for (const end of ends) process.removeAllListeners(end);
}
