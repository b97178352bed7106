import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { type Composition, compose } from './compose.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { readEnvironment } from './config/env.ts';
import { type Listening, listen } from './listen.ts';
import { takeWarnings } from './observability/take-warnings.ts';

// Whoever reads its output may end before it.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

/** Asked now: one that has gone is not known for a terminal any more. */
const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));

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
  using _warnings = takeWarnings(rooms.logger);
  const signalled = nextSignal();
  reloadOnHangUp(rooms);
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
async function greet(rooms: Composition, { url, metricsUrl, address }: Listening): Promise<void> {
  const { auth } = rooms;
  const print = (line: string) => process.stdout.write(`${line}\n`);
  for (const line of describeModels(rooms)) print(line);
  if (!(await auth.hasAdmin())) {
    const code = await auth.createSetupCode();
    print(
      `Create the first account here (valid for 24 hours, once): ${address.url.origin}/setup#code=${code}`,
    );
  }
  if (metricsUrl !== undefined)
    print(`Metrics are at ${metricsUrl}, without a password: keep the port private.`);
  print(`Sluice is listening on ${url}`);
}

function describeModels({ catalog, config, models }: Composition): string[] {
  const lines: string[] = [];
  const { path } = config.models;
  if (path !== null) lines.push(`Read ${path}; kill -HUP ${process.pid} reads it again.`);
  const ollama = models.findOllama();
  if (ollama !== undefined) {
    const count = ollama.models === 1 ? 'with 1 model' : `with ${ollama.models} models`;
    const what = ollama.models === 0 ? 'without models: `ollama pull` brings one' : count;
    lines.push(`Found Ollama at ${ollama.url} ${what}`);
  }
  const { default: defaultModel } = catalog.list();
  if (defaultModel === 'demo/sluice') {
    lines.push(
      'No provider is configured: answers come from the demo model. Set ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY or AIAND_API_KEY, or start Ollama; docs/models-and-providers.md has all ways.',
    );
  } else if (defaultModel === '') {
    lines.push('No provider has said yet which models it has: until then requests have to name one.');
  }
  return lines;
}

/** Reads the configuration again at each SIGHUP. One with problems is told and not taken. */
function reloadOnHangUp({ models, logger }: Composition): void {
  const reload = async () => {
    try {
      const loaded = loadConfig(readEnvironment());
      await models.reload(loaded);
      const { path, providers } = loaded.config.models;
      logger.info(
        { file: path, providers: providers.map(({ id }) => id) },
        'the configuration was read again',
      );
    } catch (error) {
      const why = error instanceof ConfigError ? { problems: error.problems } : { err: error };
      logger.error(why, 'the configuration was read again and not taken: all stays as it was');
    }
  };
  // One after the other.
  let last = Promise.resolve();
  process.on('SIGHUP', () => {
    if (!isTerminalGone()) last = last.then(reload);
  });
}

/** A terminal that closes sends SIGHUP as well. Where a parent stands between (over an ipc channel), it is the one to notice. */
function isTerminalGone(): boolean {
  if (!hasTerminal || process.connected) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

/** Resolves at the next signal to end, or when the terminal or the process that started this one (over an ipc channel) is gone. */
async function nextSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ends = ['SIGTERM', 'SIGINT', 'disconnect'] as const;
  const onHangUp = () => isTerminalGone() && resolve();
  for (const end of ends) process.once(end as NodeJS.Signals, () => resolve());
  process.on('SIGHUP', onHangUp);
  process.channel?.unref();
  await promise;
  for (const end of ends) process.removeAllListeners(end);
  process.off('SIGHUP', onHangUp);
}
