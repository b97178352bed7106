import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { environmentVariables } from '../../src/config/env.ts';
import { repositoryRoot } from './source-files.ts';

/** Whatever providers this machine has are not the test's. */
const noProviders = {
  ...Object.fromEntries(
    environmentVariables.flatMap(({ name }) => (/_(API_KEY|BASE_URL)$/.test(name) ? [[name, '']] : [])),
  ),
  OLLAMA_HOST: 'off',
};

export interface SpawnedProcess extends AsyncDisposable {
  child: ChildProcess;
  /** Everything said so far, on both streams. */
  output: () => string;
  /** Standard output alone, trimmed. */
  stdout: () => string;
  /** Waits until the output matches. @returns the match */
  sees(pattern: RegExp): Promise<RegExpMatchArray>;
  /** @returns the exit code, or the signal's name */
  exit(): Promise<number | string>;
}

/** Runs a command in the repository's root; killed when disposed, if it has not ended. */
export function spawnProcess(
  command: string,
  args: string[],
  environment: Record<string, string> = {},
): SpawnedProcess {
  const child = spawn(command, args, {
    cwd: repositoryRoot,
    env: { ...process.env, ...noProviders, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let stdout = '';
  let onOutput: (() => void) | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (stream === child.stdout) stdout += chunk;
      onOutput?.();
    });
  }
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    output: () => output,
    stdout: () => stdout.trim(),
    async sees(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        const more = new Promise<void>((resolve) => (onOutput = resolve));
        const ended = await Promise.race([more, exited]);
        if (ended !== undefined && !pattern.test(output)) {
          throw new Error(`ended with ${ended} before it said ${pattern}:\n${output}`);
        }
      }
    },
    exit: () => exited,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}
